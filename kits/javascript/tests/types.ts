// What the declarations must take and refuse; compiled strictly, never run.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import {
  DIALECTS,
  PublishError,
  type Reason,
  type Verified,
  WebhookError,
  basicMatches,
  genericHmac,
  publish,
  sign,
  verify,
} from 'countersign-webhooks'

declare const bytes: Uint8Array
declare const buffer: Buffer
declare const request: IncomingMessage
declare const lambda: { headers: Record<string, string | undefined>; multiValueHeaders: Record<string, string[] | undefined> }
declare const headers: IncomingHttpHeaders

const results: Promise<Verified>[] = [
  verify('github', 'secret', headers, bytes),
  verify('github', ['one', bytes], request.headersDistinct, buffer, 1_700_000_000),
  verify('gitea', { one: 'one' }, request.rawHeaders, new ArrayBuffer(1), new Date()),
  verify('gitlab', new Map([['one', bytes]]), new Headers(), new DataView(new ArrayBuffer(1)), 1n),
  verify('bitbucket-cloud', bytes, lambda.headers, new Uint16Array(1)),
  verify(DIALECTS[0]!, 'secret', lambda.multiValueHeaders, bytes),
  verify(genericHmac('X-Signature', { encoding: 'base64', algorithm: 'sha512' }), 'secret', [['X-Signature', 'a']], bytes),
  verify('standard-webhooks', 'secret', new Map([['webhook-id', ['a']]]), bytes),
]

// @ts-expect-error a string is no longer raw
results.push(verify('github', 'secret', headers, '{}'))
// @ts-expect-error nor is parsed JSON
results.push(verify('github', 'secret', headers, { a: 1 }))
// @ts-expect-error no such dialect
results.push(verify('bitbucket', 'secret', headers, bytes))
// @ts-expect-error generic-hmac needs its settings
results.push(verify('generic-hmac', 'secret', headers, bytes))
// @ts-expect-error an object is no dialect
results.push(verify({ header: 'X-Signature' }, 'secret', headers, bytes))
// @ts-expect-error no such algorithm
genericHmac('X-Signature', { algorithm: 'sha1' })
// @ts-expect-error a scope is needed, if only an empty one
publish('http://127.0.0.1:8491', 'token', { key: 'a' }, bytes)

export async function use(): Promise<string> {
  const pairs: [string, string][] = await sign('github', 'secret', { eventKey: 'push', requestId: 'a', hookId: null }, bytes)
  await fetch('http://127.0.0.1/', { method: 'POST', headers: pairs })
  const fits: boolean = await basicMatches('a', 'b', new Headers(pairs))
  const { id, deliveries, duplicate } = await publish(new URL('http://127.0.0.1/'), 'token', { key: 'a', scope: '' }, bytes)
  try {
    const { eventKey, requestId, attempt, secretId } = await results[0]!
    return `${eventKey?.length} ${requestId} ${attempt?.toFixed()} ${secretId} ${fits} ${id} ${deliveries} ${duplicate}`
  } catch (error) {
    if (error instanceof WebhookError) {
      const reason: Reason = error.reason
      return reason
    }
    return error instanceof PublishError ? `${error.status} ${error.code} ${error.errors[0]?.pointer}` : 'other'
  }
}
