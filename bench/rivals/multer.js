// Uploads by express and multer to a folder; unchecked, unhashed, unsynced.
import express from 'express'
import multer from 'multer'
import { FOLDER, say } from './say.js'

const app = express()
app.post('/', multer({ dest: FOLDER }).single('file'), (_request, response) => response.json({ ok: true }))
const server = app.listen(0, '127.0.0.1', () => say(server))
