// Server-sent events taken apart as the standard says (https://html.spec.whatwg.org/multipage/server-sent-events.html).

/** What stands between two blank lines; what was not said is undefined. */
export interface Block {
  id?: string
  event?: string
  /** Its lines, joined. */
  data?: string
  retry?: string
}

/** Takes a stream's text in pieces, wherever it is cut; answers the blocks that are whole by now. */
export function createBlockReader(): (text: string) => Block[] {
  let rest = ''
  let block: Block = {}
  return text => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/) // a CR at the end may be half a line break
    rest = lines.pop() ?? ''
    const whole: Block[] = []
    for (const line of lines) {
      if (line !== '') take(block, line)
      else {
        whole.push(block)
        block = {}
      }
    }
    return whole
  }
}

/** A line that begins with a colon is a comment. */
function take(block: Block, line: string): void {
  const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
  if (name === 'data') block.data = block.data === undefined ? value : `${block.data}\n${value}`
  else if (name === 'id' || name === 'event' || name === 'retry') block[name] = value
}
