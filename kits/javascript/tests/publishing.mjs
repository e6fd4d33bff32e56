// publish() against a server double on loopback that keeps the requests and answers as it is told.

import { createServer } from 'node:http'
import { PublishError, publish } from '../src/index.js'
import { ok, rejection, same } from './tally.mjs'

const TOKEN = 'tok_canary-0123456789'
const BODY = new TextEncoder().encode('{"a": 1}')
const EVENT = { key: 'invoice.paid', scope: 'acme/a b&c', requestId: 'id+1' }
const ID = 'evt_0123456789abcdefghijklmnop'
const JSON_TYPE = { 'Content-Type': 'application/json' }

export async function checkPublishing(tally) {
  const double = await start()
  try {
    for (const [name, check] of checks(double)) await tally.test(`publish: ${name}`, check)
  } finally {
    double.server.closeAllConnections()
    double.server.close()
  }
}

async function start() {
  const double = { requests: [], answer: null }
  double.server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      double.requests.push({ request, body: Buffer.concat(chunks) })
      double.answer(response)
    })
  })
  await new Promise((resolve) => double.server.listen(0, '127.0.0.1', resolve))
  double.url = `http://127.0.0.1:${double.server.address().port}`
  return double
}

function checks(double) {
  const answers = (status, body, headers = JSON_TYPE) => {
    double.requests.length = 0
    double.answer = (response) => response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const fails = async (event = EVENT, url = double.url, token = TOKEN) => {
    const error = await rejection(publish(url, token, event, BODY))
    const shown = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join()
    ok(!shown.includes(TOKEN), 'an error holds the token')
    return error
  }
  return [
    ['a new event', async () => {
      answers(202, { id: ID, deliveries: 3 })
      same(await publish(double.url, TOKEN, EVENT, BODY), { id: ID, deliveries: 3, duplicate: false })
      const [{ request, body }] = double.requests
      const url = new URL(request.url, double.url)
      same([request.method, url.pathname], ['POST', '/api/v1/events'])
      same([...url.searchParams], [['key', 'invoice.paid'], ['scope', 'acme/a b&c'], ['request_id', 'id+1']])
      same(request.headers.authorization, `Bearer ${TOKEN}`)
      same(request.headers['content-type'], 'application/json')
      same([...body], [...BODY], 'body')
    }],
    ['a duplicate', async () => {
      answers(200, { id: ID, status: 'duplicate', deliveries: 0 })
      same(await publish(double.url, TOKEN, EVENT, BODY), { id: ID, deliveries: 0, duplicate: true })
    }],
    ['below a path, without a request id, of another type', async () => {
      answers(202, { id: ID, deliveries: 0 })
      await publish(new URL(`${double.url}/hooks/`), TOKEN, { key: 'a', scope: '', contentType: 'text/plain' }, BODY)
      const [{ request }] = double.requests
      same(request.url, '/hooks/api/v1/events?key=a&scope=')
      same(request.headers['content-type'], 'text/plain')
    }],
    ['a problem', async () => {
      const errors = [{ pointer: '/key', code: 'invalid', message: 'not a key' }]
      const problem = { code: 'invalid_fields', title: 'Fields', detail: 'look', errors }
      answers(422, problem, { 'Content-Type': 'application/problem+json' })
      const error = await fails()
      ok(error instanceof PublishError, 'a PublishError')
      same([error.status, error.code, error.detail, error.errors], [422, 'invalid_fields', 'look', errors])
    }],
    ['a problem without a detail', async () => {
      answers(401, { code: 'unauthorized', title: 'Unauthorized' })
      const { status, code, detail, errors } = await fails()
      same([status, code, detail, errors], [401, 'unauthorized', 'Unauthorized', []])
    }],
    ['what is no answer of the server', async () => {
      for (const body of ['', 'null', '[]', '<html>', '{"id": 1, "deliveries": 1}', '{"id": "a"}', `"${'x'.repeat(70_000)}"`]) {
        answers(202, body)
        same((await fails()).code, 'answer_unexpected', body.slice(0, 30))
      }
      answers(502, 'bad gateway')
      same([(await fails()).status, (await fails()).code], [502, 'answer_unexpected'])
    }],
    ['a redirect is not followed', async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        answers(status, '', { Location: `${double.url}/elsewhere` })
        same((await fails()).code, 'redirect_refused')
        same(double.requests.length, 1, 'requests')
      }
    }],
    ['a server that does not answer, or not to the end', async () => {
      double.answer = () => {}
      same((await fails({ ...EVENT, timeoutMs: 100 })).code, 'timeout')
      double.answer = (response) => response.writeHead(202, JSON_TYPE).write('{')
      same((await fails({ ...EVENT, timeoutMs: 100 })).code, 'timeout')
      double.answer = (response) => response.destroy()
      const { status, code } = await fails()
      same([status, code], [null, 'no_answer'])
    }],
    ['nobody there', async () => same((await fails(EVENT, 'http://127.0.0.1:9')).code, 'no_answer')],
    ['a token that cannot stand in a header is not quoted', async () => {
      for (const token of [`${TOKEN}\n`, ` ${TOKEN}`, `${TOKEN}é`, '', null]) {
        ok((await fails(EVENT, double.url, token)) instanceof TypeError, 'a TypeError')
      }
    }],
    ['an address with a password is not quoted', async () => {
      for (const url of [`http://user:${TOKEN}@127.0.0.1/`, `http://127.0.0.1/?a=${TOKEN}`, `no url ${TOKEN}`, 'ftp://127.0.0.1']) {
        ok((await fails(EVENT, url)) instanceof TypeError, 'a TypeError')
      }
    }],
  ]
}
