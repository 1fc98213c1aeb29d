// Numbers from the command line.

export function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  console.error(`${name} must be a whole number above 0, and is ${text}`)
  process.exit(2)
}
