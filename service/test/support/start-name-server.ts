// A DNS server on 127.0.0.1 that answers A and AAAA questions from a table.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Addresses as bytes by question ("A files.example.com"), or an error code of DNS. */
export type NameTable = Record<string, number[][] | 'SERVFAIL'>

const TYPES: Record<number, string> = { 1: 'A', 28: 'AAAA' }
const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 }

export async function startNameServer(table: NameTable) {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, sender) => {
    const question = readQuestion(query)
    asked.push(question.text)
    const entry = table[question.text]
    socket.send(answerTo(query, question, entry), sender.port, sender.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

interface Question {
  text: string
  type: number
  end: number
}

/** RFC 1035, 4.1.2: labels, each after its length, then type and class. */
function readQuestion(query: Buffer): Question {
  const labels: string[] = []
  let position = 12
  for (let length = query.readUInt8(position); length > 0; length = query.readUInt8(position)) {
    labels.push(query.toString('latin1', position + 1, position + 1 + length))
    position += 1 + length
  }
  const type = query.readUInt16BE(position + 1)
  return { text: `${TYPES[type]} ${labels.join('.').toLowerCase()}`, type, end: position + 5 }
}

function answerTo(query: Buffer, question: Question, entry: number[][] | 'SERVFAIL' | undefined): Buffer {
  const code = entry === undefined ? CODES.NXDOMAIN : entry === 'SERVFAIL' ? CODES.SERVFAIL : CODES.NOERROR
  const addresses = Array.isArray(entry) ? entry : []
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | code, 2)
  for (const [at, count] of [1, addresses.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * at)
  const records = addresses.map(bytes =>
    // The name as a pointer to the question, type, class IN, no time to live, the address.
    Buffer.from([0xc0, 12, 0, question.type, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]),
  )
  return Buffer.concat([header, query.subarray(12, question.end), ...records])
}
