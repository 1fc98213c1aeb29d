// Bodies of the API: JSON, or nothing at all.
import { invalidField } from '../ground/errors.ts'
import type { App } from './app.ts'

/**
 * Clients send a POST without a body in several ways: no type, a JSON type and nothing after it, a form's type
 * and nothing after it. All of them are a body that is not there.
 */
export function acceptJson(app: App): void {
  app.removeAllContentTypeParsers()
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parseJson(request, String(body), done)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') done(null, undefined)
    else done(invalidField('content-type', 'must be application/json for this request'))
  })
}
