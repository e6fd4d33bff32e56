// Publishing an event to a Countersign server. The token travels in one header to the server that was
// named: redirects are not followed, and nothing that fetch() throws gets into an error (it may quote headers).

import { rawBody } from './bytes.js'
import { PublishError } from './errors.js'

const ANSWER_MAX_BYTES = 65536

/** Resolves to `{ id, deliveries, duplicate }`, or rejects with a PublishError. */
export async function publish(serverUrl, token, event, body) {
  const { key, scope, requestId = null, contentType = 'application/json', timeoutMs = 10_000 } = event
  const url = addressOf(serverUrl)
  const parameters = Object.entries({ key, scope, request_id: requestId })
  for (const [name, value] of parameters) if (value !== null && value !== undefined) url.searchParams.set(name, value)
  // Checked here, because fetch() would quote a value that cannot be a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new TypeError('the token is visible ASCII, without a line ending')
  if (typeof contentType !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(contentType)) throw new TypeError('contentType is ASCII')
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': contentType, Accept: 'application/json' }
  const signal = AbortSignal.timeout(timeoutMs)
  const { status, answer } = await exchange(url, { method: 'POST', headers, body: rawBody(body), redirect: 'manual', signal })
  if (status !== 200 && status !== 202) throw problem(status, answer)
  if (typeof answer?.id !== 'string' || !Number.isInteger(answer.deliveries)) {
    throw new PublishError({ status, code: 'answer_unexpected', detail: 'the answer is none of a Countersign server' })
  }
  return { id: answer.id, deliveries: answer.deliveries, duplicate: status === 200 }
}

function addressOf(serverUrl) {
  let url = null
  try {
    url = new URL(serverUrl)
  } catch {
    // Told below without the text, which may hold a password.
  }
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === ''
  if (!isPlain) throw new TypeError('serverUrl is http(s)://host[:port][/path], without user, query and fragment')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/events`
  return url
}

async function exchange(url, request) {
  try {
    const response = await fetch(url, request)
    return { status: response.status, answer: await readAnswer(response) }
  } catch (error) {
    const late = error?.name === 'TimeoutError' || error?.name === 'AbortError'
    const code = late ? 'timeout' : 'no_answer'
    throw new PublishError({ code, detail: late ? null : 'the server cannot be reached, or broke off' })
  }
}

/** The JSON of an answer; undefined if it is none or over 64 KiB. */
async function readAnswer(response) {
  let text = ''
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true })
    if (text.length > ANSWER_MAX_BYTES) {
      await reader.cancel()
      return undefined
    }
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problem(status, answer) {
  const text = (value) => (typeof value === 'string' ? value : null)
  const errors = Array.isArray(answer?.errors) ? answer.errors : []
  // 0 is what a browser shows of a redirect that it was told not to follow.
  const redirected = status === 0 || (status >= 300 && status < 400)
  const code = text(answer?.code) ?? (redirected ? 'redirect_refused' : 'answer_unexpected')
  return new PublishError({ status, code, detail: text(answer?.detail) ?? text(answer?.title), errors })
}
