// Signing: the headers that a request in a dialect carries. The body must go out byte for byte as it was
// signed: sign the bytes that are sent, not the object they are made from.

import { joined, rawBody, utf8, writeBase64, writeHex } from './bytes.js'
import { dialectOf } from './dialects.js'
import { hmac } from './mac.js'
import { activeSecrets } from './secrets.js'
import { isEventKey, isVisible } from './told.js'
import { secondsOf } from './verify.js'

/** Resolves to a list of `[name, value]`, no name twice. With several secrets, the last is the newest. */
export async function sign(dialect, secrets, request, body) {
  const { eventKey, requestId, attempt = 1, hookId = null, now = Date.now() / 1000 } = request
  const scheme = dialectOf(dialect)
  const active = activeSecrets(scheme, secrets)
  const bytes = rawBody(body)
  const signing = scheme.whsec ? active.filter((secret) => secret.key !== null) : []
  // Checked and never escaped: a line ending in an id would begin a header of somebody else's choosing.
  if (!isEventKey(eventKey)) throw new TypeError('eventKey is 1 to 128 of A-Za-z0-9_.:/-')
  if (!isVisible(requestId)) throw new TypeError('requestId is 1 to 255 visible ASCII characters')
  if (signing.length > 0 && requestId.includes('.')) throw new TypeError('requestId has no dot where webhook-id is sent')
  if (hookId !== null && !isVisible(hookId)) throw new TypeError('hookId is 1 to 255 visible ASCII characters')
  if (!Number.isInteger(attempt) || attempt < 0 || attempt > 0xffff_ffff) throw new TypeError('attempt is a whole number')
  const at = secondsOf(now)
  if (at < 0n || at >= 2n ** 63n) throw new TypeError('now is not before 1970')
  const covered = signing.length > 0 ? [['webhook-id', requestId], ['webhook-timestamp', String(at)]] : []
  const headers = [
    ['X-Event-Key', eventKey],
    ...scheme.sends({ eventKey, requestId, hookId }),
    ...covered,
    ['X-Attempt-Number', String(attempt)],
    ...(await signatures(scheme, active, signing, joined(utf8(`${requestId}.${at}.`), bytes), bytes)),
  ]
  return headers.filter(([, value]) => value !== null)
}

async function signatures(scheme, active, signing, message, body) {
  if (scheme.digest !== null) {
    const { header, label, encoding, algorithm } = scheme.digest
    const digest = await hmac(algorithm, active.at(-1).key, body)
    return [[header, label + (encoding === 'hex' ? writeHex(digest) : writeBase64(digest))]]
  }
  // The newest secret first, so that a receiver that reads only one signature reads the newest.
  const digests = await Promise.all([...signing].reverse().map(({ key }) => hmac('sha256', key, message)))
  const list = digests.map((digest) => `v1,${writeBase64(digest)}`).join(' ')
  const token = active.filter((secret) => secret.token !== null).at(-1)?.token ?? null
  return [[scheme.tokenHeader, token], ['webhook-signature', list === '' ? null : list]]
}
