// A reader of server-sent events, as a browser's EventSource takes them apart.

export interface Message {
  id: string | undefined
  event: string | undefined
  data: string
}

export interface EventStream {
  response: Response
  /** The next message; comments are passed over. */
  next(): Promise<Message>
  close(): void
}

export async function openEventStream(url: string, headers: Record<string, string>): Promise<EventStream> {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  const messages = messagesIn(response)
  return {
    response,
    next: async () => {
      const { value, done } = await messages.next()
      if (done) throw new Error('the stream has ended')
      return value
    },
    close: () => stop.abort(),
  }
}

async function* messagesIn({ body }: Response): AsyncGenerator<Message, undefined> {
  if (body === null) throw new Error('there is no stream')
  let rest = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      )
      const data = fields.get('data')
      if (data !== undefined) yield { id: fields.get('id'), event: fields.get('event'), data }
    }
  }
  return undefined
}
