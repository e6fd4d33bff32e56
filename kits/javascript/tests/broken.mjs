// The kit broken on purpose, a defect at a time: the tests must notice every one. A test that cannot fail
// is a defect itself.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkBehaviour } from './behaviour.mjs'
import { Tally, ok } from './tally.mjs'
import { checkVectors } from './vectors.mjs'

const KIT = fileURLToPath(new URL('..', import.meta.url))
const vectors = (name) => JSON.parse(readFileSync(join(KIT, '../../vectors', `${name}.json`), 'utf8'))

/** What is wrong, the file of `src`, what stands there, what stands there in its place. */
const DEFECTS = [
  ['the comparison ends at the first difference', 'mac.js', 'difference |= left[at] ^ right[at]', 'if (left[at] !== right[at]) return false'],
  ['the comparison leaves out a byte', 'mac.js', 'at < 32', 'at < 31'],
  ['no secret is tried after the one that fits', 'verify.js', 'id = id === null && fits ? secret.id : id', 'if (fits) return secret.id'],
  ['the last secret that fits is named', 'verify.js', 'id = id === null && fits ? secret.id : id', 'id = fits ? secret.id : id'],
  ['hexadecimal is read leniently', 'bytes.js', "if (!/^[0-9A-Fa-f]*$/.test(text)) throw new WebhookError('encoding_invalid')", ''],
  ['hexadecimal is read in lower case alone', 'bytes.js', '[0-9A-Fa-f]', '[0-9a-f]'],
  ['a truncated digest is read', 'bytes.js', "if (text.length !== 2 * length) throw new WebhookError('length_wrong')", ''],
  ['base64 with bits to spare is read', 'bytes.js', 'btoa(binary) === text', 'true'],
  ['base64 is read as atob() reads it', 'bytes.js', 'text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)', '!/^[A-Za-z0-9+/ ]*={0,2}$/.test(text)'],
  ['the label is not looked at', 'verify.js', "if (!value.startsWith(label)) throw new WebhookError('label_unknown')", ''],
  ['the label is compared without case', 'verify.js', '!value.startsWith(label)', '!value.toLowerCase().startsWith(label)'],
  ['the first of two headers is taken', 'verify.js', 'if (found.length > 1)', 'if (found.length > 9)'],
  ['joined headers are taken for one', 'verify.js', "if (mayBeJoined && value.includes(', '))", 'if (false)'],
  ['names of headers are compared with case', 'headers.js', 'letter.toLowerCase()', 'letter'],
  ['names of headers are compared in Unicode', 'headers.js', "name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())", 'name.toLowerCase()'],
  ['values are trimmed of all white space', 'headers.js', 'return value.slice(start, end)', 'return value.slice(start, end).trim()'],
  ['empty secrets are skipped', 'secrets.js', 'const pairs = pairsOf(secrets)', "const pairs = pairsOf(secrets).filter(([, one]) => one !== '')"],
  ['blank secrets are taken', 'secrets.js', "if (text !== null && BLANK.test(text)) throw new WebhookError('secret_blank')", ''],
  ['secrets are trimmed', 'secrets.js', 'utf8(secret) :', 'utf8(secret.trim()) :'],
  ['the secret of standard-webhooks is not decoded', 'secrets.js', 'return { key: whsecKey(text), token: null }', 'return whsecKey(text) && { key: bytes, token: null }'],
  ['a right token rescues a wrong signature', 'verify.js', 'if (signing.length > 0 &&', 'if (signing.length === active.length &&'],
  ['an id may have a dot', 'verify.js', '\\x21-\\x2d\\x2f-\\x7e', '\\x21-\\x7e'],
  ['the window is a second wider', 'verify.js', '300n', '301n'],
  ['the window has no upper end', 'verify.js', 'claim.signedAt - at > WINDOW_SECONDS', 'false'],
  ['the window comes before the signature', 'verify.js', "if (secretId === null) throw new WebhookError('mismatch')", "if (claim.signedAt !== null && at - claim.signedAt > WINDOW_SECONDS) throw new WebhookError('timestamp_too_old'); if (secretId === null) throw new WebhookError('mismatch')"],
  ['the id is not signed', 'verify.js', '`${id}.${time}.`', '`${time}.`'],
  ['the time is signed as a number', 'verify.js', '`${id}.${time}.`', '`${id}.${signedAt}.`'],
  ['a list has no end', 'verify.js', 'const ITEMS_MAX = 16', 'const ITEMS_MAX = 999'],
  ['one malformed item voids a list', 'verify.js', 'if (shown.length === 0) throw', 'if (malformed.length > 0) throw'],
  ['a string is encoded and taken', 'bytes.js', "if (bytes === null) throw new WebhookError('body_not_raw')", 'if (bytes === null) return utf8(String(body))'],
  ['a view is taken with all of its buffer', 'bytes.js', 'value.buffer, value.byteOffset, value.byteLength', 'value.buffer'],
  ['the body is not copied', 'verify.js', 'const bytes = rawBody(body)', 'const bytes = body instanceof Uint8Array ? body : rawBody(body)'],
  ['the first secret signs', 'sign.js', 'active.at(-1).key', 'active.at(0).key'],
  ['a line ending gets into a header', 'sign.js', 'if (hookId !== null && !isVisible(hookId))', 'if (false)'],
  ['dialects come from a prototype', 'dialects.js', 'NAMED.get(value)', '(NAMED.get(value) ?? ({})[value])'],
  ['an attempt may be any number', 'told.js', 'attempt <= 0xffff_ffff', 'true'],
  ['a repeated event key is taken', 'headers.js', 'found.length === 1 ? found[0].value', 'found.length > 0 ? found[0].value'],
  ['basic: any scheme', 'basic.js', '/^basic +([^ ]+)$/i', '/^[a-z]+ +([^ ]+)$/i'],
  ['basic: the scheme in one case alone', 'basic.js', '/^basic +([^ ]+)$/i', '/^Basic +([^ ]+)$/'],
  ['basic: a colon in the user name', 'basic.js', " && !username.includes(':')", ''],
]

/** Counts like a Tally, and stops at the first failure. */
class FirstFailure extends Tally {
  async test(name, check) {
    if (this.failures.length > 0) return
    try {
      await check()
    } catch (error) {
      this.failures.push(`${name}: ${error}`)
    }
  }
}

export async function checkBroken(tally) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-broken-'))
  try {
    await tally.test('the kit as it is passes what a broken one must not', () => passes(KIT))
    for (const [at, [what, file, from, to]] of DEFECTS.entries()) {
      await tally.test(`noticed: ${what}`, () => notices(join(folder, String(at)), file, from, to))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function notices(folder, file, from, to) {
  await cp(join(KIT, 'src'), join(folder, 'src'), { recursive: true })
  await cp(join(KIT, 'package.json'), join(folder, 'package.json'))
  const path = join(folder, 'src', file)
  const whole = await readFile(path, 'utf8')
  ok(whole.split(from).length >= 2, `${file} does not have: ${from}`)
  await writeFile(path, whole.split(from).join(to))
  const failure = await passes(folder).then(() => null, (error) => error)
  ok(failure !== null, 'no test failed')
}

/** Rejects with the first failure of the kit in `folder`. */
async function passes(folder) {
  const load = (name) => import(pathToFileURL(join(folder, 'src', name)).href)
  const [kit, mac] = [await load('index.js'), await load('mac.js')]
  const first = new FirstFailure()
  await checkBehaviour(kit, mac, first)
  await first.test('vectors', () => checkVectors(kit, vectors, first))
  if (first.failures.length > 0) throw new Error(first.failures[0])
}
