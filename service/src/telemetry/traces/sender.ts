// Webhook deliveries that are part of a trace: endpoints are told of it by the headers of the W3C's trace context.
import { defaultTextMapSetter } from '@opentelemetry/api'
import type { WebhookSender } from '../../webhooks/ports.ts'
import type { Watch } from '../watch.ts'
import type { Tracing } from './tracing.ts'

const POST = { port: 'sender', operation: 'post' }

/** A delivery that no request asked for begins a trace. */
export const tracedSender = (
  sender: WebhookSender,
  { contexts, propagator }: Tracing,
  watch: Watch,
): WebhookSender => ({
  ...sender,
  post: (url, request) =>
    watch(POST, () => {
      const headers = { ...request.headers }
      propagator.inject(contexts.active(), headers, defaultTextMapSetter)
      return sender.post(url, { ...request, headers })
    }),
})
