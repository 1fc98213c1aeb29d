// The app's backend: it alone has the API key. It reserves, and hands the reservation to the page.
import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { createClient, HerbariumError } from '@herbarium/client'

const { FLORA_BASE_URL = 'http://127.0.0.1:8787/api/v1', FLORA_API_KEY, PORT = '5174' } = process.env
if (!FLORA_API_KEY) throw new Error('Set FLORA_API_KEY to an API key of your Herbarium.')
const herbarium = createClient({ baseUrl: FLORA_BASE_URL, apiKey: FLORA_API_KEY })

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '/api/reservations')
    return answer(response, 404, { message: 'There is only POST /api/reservations.' })
  try {
    // A real app asks here who this is, and whether they may upload such a file.
    const { name, size, type } = (await json(request)) as { name: string; size: number; type: string }
    answer(response, 201, await herbarium.reserve({ name, size, contentType: type, folder: 'from-react' }))
  } catch (error) {
    const status = error instanceof HerbariumError ? (error.status ?? 502) : 400
    answer(response, status, { message: error instanceof Error ? error.message : String(error) })
  }
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`The backend listens on port ${PORT}.`))
