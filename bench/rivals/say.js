// How a rival is told its folder, and tells where it listens.
export const FOLDER = process.env.FOLDER

export const say = server => console.log(`listening on http://127.0.0.1:${server.address().port}`)
