// What a verified request tells: event key, request id, attempt. Read tolerantly, null where a header is
// missing, stands twice or is not what it should be. In most dialects no signature covers these headers.

const TEXT_MAX = 255
const EVENT_KEY = /^[A-Za-z0-9_.:/-]{1,128}$/
const VISIBLE = /^[\x21-\x7e]{1,255}$/

export const isEventKey = (value) => typeof value === 'string' && EVENT_KEY.test(value)
export const isVisible = (value) => typeof value === 'string' && VISIBLE.test(value)

export function told(dialect, headers) {
  const ids = dialect.requestIdHeaders.map((name) => headers.once(name)).filter(isVisible)
  const number = dialect.attemptHeader === null ? null : headers.once(dialect.attemptHeader)
  const attempt = number !== null && number.length <= TEXT_MAX && /^[0-9]+$/.test(number) ? Number(number) : null
  return {
    eventKey: dialect.eventKeyHeader === null ? null : eventKey(dialect, headers.once(dialect.eventKeyHeader)),
    requestId: ids[0] ?? null,
    attempt: attempt !== null && attempt <= 0xffff_ffff ? attempt : null,
  }
}

function eventKey(dialect, value) {
  if (value === null || value.length > TEXT_MAX) return null
  const words = dialect.name === 'gitlab' && /^[A-Za-z]+(?: [A-Za-z]+)+$/.test(value)
  const key = words ? value.replaceAll(' ', '_').toLowerCase() : value
  return isEventKey(key) ? key : null
}

/** The string `type` at the top of the JSON object that `body` is. Called for verified bodies alone. */
export function eventKeyOf(body) {
  try {
    const parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    // An own member: whatever a prototype has is not in the body.
    return isObject && Object.hasOwn(parsed, 'type') && isEventKey(parsed.type) ? parsed.type : null
  } catch {
    return null
  }
}
