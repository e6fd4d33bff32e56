// What the vectors cannot say, because it belongs to JavaScript: shapes of headers and bodies, prototypes,
// clocks, and how often a comparison reads. Portable: runs in every runtime.

import { ok, rejection, same } from './tally.mjs'

const SECRET = 'a secret of these tests, 32 bytes'
const WHSEC = `whsec_${btoa('a key of these tests, of 32 byte')}`
const AT = 1_700_000_000
const BODY = new TextEncoder().encode('{"type":"invoice.paid","text":"\u{1f600}"}')
const REQUEST = { eventKey: 'repo:push', requestId: 'request-1', now: AT }
const HUB = 'X-Hub-Signature'

/** `kit` is the public module, `mac` the module with the comparison. */
export async function checkBehaviour(kit, mac, tally) {
  for (const [group, checks] of Object.entries({ knownAnswers, headers, bodies, secrets, dialects, clocks, signing, comparing, basic })) {
    for (const [name, check] of checks(kit, mac)) await tally.test(`${group}: ${name}`, check)
  }
}

const reasonOf = async (promise) => (await rejection(promise)).reason
const isTypeError = async (promise) => ok((await rejection(promise)) instanceof TypeError, 'a TypeError')
const throwsTypeError = (act) => isTypeError(new Promise((resolve) => resolve(act())))

/** Published by those who made the dialects. */
function knownAnswers(kit) {
  return [
    ['GitHub', async () => {
      const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
      const body = new TextEncoder().encode('Hello, World!')
      const headers = { 'X-Hub-Signature-256': `sha256=${digest}` }
      same((await kit.verify('github', "It's a Secret to Everybody", headers, body)).secretId, '0')
    }],
    ['Standard Webhooks', async () => {
      const headers = {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      }
      const body = new TextEncoder().encode('{"test": 2432232314}')
      const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
      same((await kit.verify('standard-webhooks', secret, headers, body, 1614265330)).requestId, headers['webhook-id'])
    }],
  ]
}

function headers(kit) {
  const signed = () => kit.sign('bitbucket-cloud', SECRET, REQUEST, BODY)
  const check = (headers) => kit.verify('bitbucket-cloud', SECRET, headers, BODY, AT)
  const signature = async () => Object.fromEntries(await signed())[HUB]
  const repeated = [
    ['pairs', (one) => [[HUB, one], [HUB, one]]],
    ['rawHeaders', (one) => [HUB, one, HUB.toLowerCase(), one]],
    ['a list in an object', (one) => ({ [HUB]: [one, one] })],
    ['a list in a map', (one) => new Map([[HUB, [one, one]]])],
    ['two cases of a name in an object', (one) => ({ [HUB]: one, [HUB.toLowerCase()]: one })],
    ['joined in an object, as req.headers has it', (one) => ({ [HUB]: `${one}, ${one}` })],
    ['joined by Headers', (one) => new Headers([[HUB, one], [HUB, one]])],
    ['joined entries of Headers', (one) => new Headers([[HUB, one], [HUB, one]]).entries()],
  ]
  return [
    ...repeated.map(([name, shape]) => [`repeated: ${name}`, async () =>
      same(await reasonOf(check(shape(await signature()))), 'signature_repeated')]),
    ['a list of signatures joined by Headers is refused although its last item would fit', async () => {
      const all = await kit.sign('standard-webhooks', WHSEC, REQUEST, BODY)
      const joined = new Headers([...all, ['webhook-signature', all.at(-1)[1]]])
      same(await reasonOf(kit.verify('standard-webhooks', WHSEC, joined, BODY, AT)), 'signature_repeated')
    }],
    ['a token may have a comma', async () => {
      const all = await kit.sign('gitlab', 'one, two', REQUEST, BODY)
      same((await kit.verify('gitlab', 'one, two', new Headers(all), BODY, AT)).secretId, '0')
    }],
    ['members without a value are no headers', async () =>
      same(await reasonOf(check({ [HUB]: undefined, host: null })), 'signature_missing')],
    ['nothing at all', async () => {
      for (const nothing of [undefined, null, {}, [], new Map(), new Headers()]) {
        same(await reasonOf(check(nothing)), 'signature_missing')
      }
    }],
    ['what a prototype has is no header', async () =>
      same(await reasonOf(check(Object.create({ [HUB]: await signature() }))), 'signature_missing')],
    ['an object without a prototype, as headersDistinct is', async () => {
      const lists = Object.assign(Object.create(null), { [HUB.toLowerCase()]: [await signature()] })
      same((await check(lists)).secretId, '0')
    }],
    ['names and values that are no text', async () => {
      for (const odd of [{ [HUB]: 1 }, [[HUB, {}]], [HUB], [[1, 'one']], [HUB, 7]]) await isTypeError(check(odd))
    }],
    ['a name is ours in ASCII alone', async () => {
      const all = await kit.sign('standard-webhooks', WHSEC, REQUEST, BODY)
      const odd = all.map(([name, value]) => [name.replace('k', '\u212a'), value])
      same(await reasonOf(kit.verify('standard-webhooks', WHSEC, odd, BODY, AT)), 'signature_missing')
    }],
    ['spaces and tabs around a value are no part of it, other white space is', async () => {
      const one = await signature()
      same((await check([[HUB, ` \t${one}\t `]])).secretId, '0')
      for (const blank of ['\n', '\r', '\v', '\f', '\u00a0', '\u3000', '\ufeff']) {
        same(await reasonOf(check([[HUB, one + blank]])), 'encoding_invalid', JSON.stringify(blank))
        same(await reasonOf(check([[HUB, blank + one]])), 'label_unknown', JSON.stringify(blank))
      }
    }],
    ['a long run of blanks takes no time', async () => {
      const began = Date.now()
      await reasonOf(check([[HUB, `a${' '.repeat(200_000)}b`]]))
      ok(Date.now() - began < 1000, `${Date.now() - began} ms`)
    }],
  ]
}

function bodies(kit) {
  const padded = new Uint8Array(BODY.length + 16).fill(0x41)
  padded.set(BODY, 7)
  const raw = [
    ['Uint8Array', BODY],
    ['Uint8Array at an offset', padded.subarray(7, 7 + BODY.length)],
    ['DataView at an offset', new DataView(padded.buffer, 7, BODY.length)],
    ['ArrayBuffer', BODY.slice().buffer],
  ]
  if (typeof Buffer === 'function') raw.push(['Buffer of the pool', Buffer.from(BODY)])
  if (typeof SharedArrayBuffer === 'function') {
    const shared = new Uint8Array(new SharedArrayBuffer(BODY.length))
    shared.set(BODY)
    raw.push(['shared memory', shared.buffer], ['a view of shared memory', shared])
  }
  const parsed = JSON.parse(new TextDecoder().decode(BODY))
  const notRaw = [
    ['a string', new TextDecoder().decode(BODY)],
    ['parsed JSON', parsed],
    ['an array', [...BODY]],
    ['a map', new Map(Object.entries(parsed))],
    ['form fields', new URLSearchParams('a=b')],
    ['a Blob', new Blob([BODY])],
    ['a stream', new Blob([BODY]).stream()],
    ['a Request', new Request('http://127.0.0.1/', { method: 'POST', body: BODY })],
    ['a Buffer as JSON', { type: 'Buffer', data: [...BODY] }],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['true', true],
  ]
  const signed = () => kit.sign('bitbucket-cloud', SECRET, REQUEST, BODY)
  return [
    ...raw.map(([name, body]) => [name, async () => {
      same(await kit.sign('bitbucket-cloud', SECRET, REQUEST, body), await signed(), 'headers')
      same((await kit.verify('bitbucket-cloud', SECRET, await signed(), body)).secretId, '0')
    }]),
    ...notRaw.map(([name, body]) => [`not raw: ${name}`, async () => {
      same(await reasonOf(kit.verify('bitbucket-cloud', SECRET, await signed(), body)), 'body_not_raw')
      same(await reasonOf(kit.sign('bitbucket-cloud', SECRET, REQUEST, body)), 'body_not_raw')
      const event = { key: 'repo:push', scope: '' }
      same(await reasonOf(kit.publish('http://127.0.0.1:9', 'token', event, body)), 'body_not_raw')
    }]),
    ['the error names the way in every framework', async () => {
      const { message } = await rejection(kit.verify('github', SECRET, {}, 'text'))
      const frameworks = ['Express', 'Fastify', 'NestJS', 'Next.js', 'Hono', 'node:http', 'AWS Lambda', 'isBase64Encoded']
      for (const word of frameworks) ok(message.includes(word), word)
    }],
    ['bytes that change during the check are not what is checked', async () => {
      const [body, all] = [BODY.slice(), await signed()]
      const result = kit.verify('bitbucket-cloud', SECRET, all, body)
      body.fill(0)
      same((await result).secretId, '0')
    }],
  ]
}

function secrets(kit) {
  const signed = (secrets) => kit.sign('bitbucket-cloud', secrets, REQUEST, BODY)
  const check = async (secrets, with_ = SECRET) => kit.verify('bitbucket-cloud', secrets, await signed(with_), BODY)
  const refused = [
    ['secret_empty', ['', [''], [SECRET, ''], { a: '' }, new Map([['a', '']]), new Uint8Array(), [undefined], [null]]],
    ['secret_blank', [' ', [SECRET, '\r\n'], '\u3000', '\u0085', new TextEncoder().encode('\t')]],
    ['secret_too_long', ['x'.repeat(1025), 'é'.repeat(513)]],
    ['no_secret', [undefined, null, [], {}, new Map(), Object.create({ inherited: SECRET })]],
    ['too_many_secrets', [Array(5).fill(SECRET)]],
  ]
  return [
    ...refused.map(([reason, all]) => [reason, async () => {
      for (const one of all) {
        same(await reasonOf(check(one)), reason, 'verify')
        same(await reasonOf(signed(one)), reason, 'sign')
      }
    }]),
    ['ids of a list, a map and an object', async () => {
      same((await check(['old', SECRET])).secretId, '1')
      same((await check(new Map([['old', 'old'], ['new', SECRET]]))).secretId, 'new')
      same((await check({ old: 'old', new: SECRET })).secretId, 'new')
      same((await check(JSON.parse(`{"old": "old", "__proto__": "${SECRET}"}`))).secretId, '__proto__')
      same((await check([SECRET, SECRET])).secretId, '0', 'the first that fits')
    }],
    ['text and bytes are the same secret', async () => {
      same((await check(new TextEncoder().encode(SECRET))).secretId, '0')
      same((await check('ключ', new TextEncoder().encode('ключ'))).secretId, '0')
    }],
    ['a byte order mark and a line ending belong to a secret', async () => {
      same(await reasonOf(check(`\ufeff${SECRET}`)), 'mismatch')
      same(await reasonOf(check(`${SECRET}\n`)), 'mismatch')
    }],
    ['what is no secret', async () => {
      for (const odd of [[7], { a: {} }, [[SECRET]]]) await isTypeError(check(odd))
    }],
    ['an object whose order JavaScript would change', async () => isTypeError(signed({ 2: SECRET, 1: 'older' }))],
    ['the last secret signs', async () => same(await signed(['old', SECRET]), await signed(SECRET))],
  ]
}

function dialects(kit) {
  const reason = (dialect) => reasonOf(kit.verify(dialect, SECRET, {}, BODY))
  return [
    ['unknown ones', async () => {
      const forged = JSON.parse('{"header": "X-A", "encoding": "hex"}')
      for (const odd of ['', 'GitHub', '__proto__', 'constructor', 'toString', 'generic-hmac', {}, forged, null, undefined, 1]) {
        same(await reason(odd), 'dialect_unknown', String(odd))
      }
    }],
    ['all that are named', async () => {
      for (const name of kit.DIALECTS) ok(['signature_missing', 'secret_not_whsec'].includes(await reason(name)), name)
    }],
    ['settings of generic-hmac that cannot be', async () => {
      const odd = [
        [''], ['X A'], [7], [undefined], ['X-A\r\n'], ['X-Event-Key'], ['x-attempt-number'],
        ['X-A', { encoding: 'base64url' }], ['X-A', { encoding: 'constructor' }],
        ['X-A', { algorithm: 'sha1' }], ['X-A', { algorithm: '__proto__' }],
        ['X-A', { prefix: ' a' }], ['X-A', { prefix: 'a\n' }], ['X-A', { prefix: 1 }],
        ['X-A', { eventKeyHeader: 'x-a' }], ['X-A', { eventKeyHeader: 'X-B', requestIdHeader: 'x-b' }],
        ['X-A', { requestIdHeader: 'X-Event-Key' }],
      ]
      for (const [header, options] of odd) await throwsTypeError(() => kit.genericHmac(header, options))
    }],
    ['a body whose type comes from a prototype has none', async () => {
      const body = new TextEncoder().encode('{"__proto__": {"type": "a.b"}}')
      const all = (await kit.sign('standard-webhooks', WHSEC, REQUEST, body)).filter(([name]) => name !== 'X-Event-Key')
      same((await kit.verify('standard-webhooks', WHSEC, all, body, AT)).eventKey, null)
    }],
  ]
}

function clocks(kit) {
  const signed = (now) => kit.sign('standard-webhooks', WHSEC, { ...REQUEST, now }, BODY)
  const check = async (now) => kit.verify('standard-webhooks', WHSEC, await signed(AT), BODY, now)
  return [
    ['a clock that is none never lets a request pass', async () => {
      for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, '1700000000', null, new Date(Number.NaN), {}]) {
        await isTypeError(check(odd))
        if (odd !== null) await isTypeError(signed(odd))
      }
    }],
    ['seconds, fractions of them, dates and whole numbers of any size', async () => {
      for (const now of [AT + 300, AT + 300.9, new Date((AT + 300) * 1000), BigInt(AT - 300)]) {
        same((await check(now)).secretId, '0', String(now))
      }
    }],
    ['milliseconds are too far away', async () => same(await reasonOf(check(AT * 1000)), 'timestamp_too_old')],
    ['without a time it is now', async () => {
      const all = await kit.sign('standard-webhooks', WHSEC, { eventKey: 'a', requestId: 'b' }, BODY)
      same((await kit.verify('standard-webhooks', WHSEC, all, BODY)).requestId, 'b')
    }],
    ['a wrong signature tells nothing about the time', async () => {
      const other = `whsec_${btoa('another key of these tests, 32 b')}`
      same(await reasonOf(kit.verify('standard-webhooks', other, await signed(AT), BODY, AT + 9999)), 'mismatch')
    }],
  ]
}

function signing(kit) {
  const odd = [
    { eventKey: 'a b' }, { eventKey: '' }, { eventKey: 'a\r\nX-Evil: 1' }, { eventKey: undefined }, { eventKey: 'x'.repeat(129) },
    { requestId: '' }, { requestId: 'a b' }, { requestId: 'a\r\nX-Evil: 1' }, { requestId: 5 }, { requestId: 'é' },
    { hookId: 'a\n' }, { hookId: '' }, { attempt: -1 }, { attempt: 1.5 }, { attempt: '1' }, { attempt: 2 ** 32 },
    { now: -1 },
  ]
  return [
    ...odd.map((one) => [`refused: ${JSON.stringify(one)}`, () =>
      isTypeError(kit.sign('bitbucket-cloud', SECRET, { ...REQUEST, ...one }, BODY))]),
    ['a dot in an id is refused where the id is signed', async () => {
      await isTypeError(kit.sign('standard-webhooks', WHSEC, { ...REQUEST, requestId: 'a.b' }, BODY))
      ok(await kit.sign('github', SECRET, { ...REQUEST, requestId: 'a.b' }, BODY), 'elsewhere it is not')
    }],
    ['fits Headers and fetch', async () => {
      const all = new Headers(await kit.sign('github', SECRET, REQUEST, BODY))
      same(all.get('x-github-delivery'), 'request-1')
    }],
  ]
}

/** That no comparison ends early: every byte is read, every secret is tried. */
function comparing(kit, mac) {
  return [
    ['every byte is read, wherever the difference is', () => {
      const reads = (at) => {
        let count = 0
        const get = (target, name) => {
          if (/^\d+$/.test(String(name))) count += 1
          return target[name]
        }
        const left = new Uint8Array(32).fill(7)
        const right = left.slice()
        if (at !== null) right[at] ^= 1
        same(mac.equal(new Proxy(left, { get }), right), at === null, `difference at ${at}`)
        return count
      }
      for (const at of [null, ...Array(32).keys()]) same(reads(at), 32, `bytes read with a difference at ${at}`)
    }],
    ['every secret is tried, whichever fits', async () => {
      const all = await kit.sign('bitbucket-cloud', SECRET, REQUEST, BODY)
      const { subtle } = await mac.webCrypto()
      const genuine = subtle.sign
      const count = async (list) => {
        let calls = 0
        const counted = (...given) => {
          calls += 1
          return genuine.apply(subtle, given)
        }
        Object.defineProperty(subtle, 'sign', { value: counted, configurable: true, writable: true })
        try {
          await kit.verify('bitbucket-cloud', list, all, BODY).catch(() => null)
        } finally {
          delete subtle.sign
        }
        return calls
      }
      const lists = [0, 1, 2, 3, 4].map((place) => Array.from({ length: 4 }, (_, at) => (at === place ? SECRET : `other ${at}`)))
      const counts = []
      for (const list of lists) counts.push(await count(list))
      // What the request shows once, and for each secret its digest and that digest hidden.
      same(counts, [9, 9, 9, 9, 9])
    }],
  ]
}

function basic(kit) {
  const header = (pair) => ({ Authorization: `Basic ${btoa(pair)}` })
  return [
    ['what is no text', async () => {
      await isTypeError(kit.basicMatches(undefined, 'b', {}))
      await isTypeError(kit.basicMatches('a', undefined, header('a:undefined')))
    }],
    ['an empty pair never fits, nor a border that moved', async () => {
      same(await kit.basicMatches('', '', header(':')), false)
      same(await kit.basicMatches('a:b', 'c', header('a:b:c')), false)
    }],
    ['two headers, and two joined ones', async () => {
      const value = header('a:b').Authorization
      same(await kit.basicMatches('a', 'b', [['Authorization', value]]), true)
      same(await kit.basicMatches('a', 'b', [['Authorization', value], ['authorization', value]]), false)
      same(await kit.basicMatches('a', 'b', new Headers([['Authorization', value], ['Authorization', value]])), false)
    }],
  ]
}
