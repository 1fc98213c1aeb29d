// The names that files have here.

export const KEY = /^(quarantine\/[\w-]+\.\d+|media\/[0-9a-f]{2}\/[0-9a-f]{32})$/
export const UNFINISHED_KEY = /^incoming\/([\w-]+\.\d+|[0-9a-f]{32})$/
