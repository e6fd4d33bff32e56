// Bytes and their texts. Decoders are written out, because those of the platforms are lenient:
// Buffer.from(x, 'hex') stops silently at the first character that is no digit, Buffer's base64 skips
// what it does not know, and atob() ignores blanks, takes missing padding and any trailing bits.

import { WebhookError } from './errors.js'

const encoder = new TextEncoder()
export const utf8 = (text) => encoder.encode(text)

/**
 * The bytes of `value`, copied, so that nobody changes them while the check awaits. Null if it has none:
 * a string has been decoded (which loses bytes that are not UTF-8), an object has been parsed.
 */
export function bytesOf(value) {
  // A view may begin anywhere in its buffer: a small Buffer is a window into a pool of other people's bytes.
  if (ArrayBuffer.isView(value)) return new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  const tag = Object.prototype.toString.call(value)
  const isBuffer = tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]'
  return isBuffer ? new Uint8Array(new Uint8Array(value)) : null
}

export function rawBody(body) {
  const bytes = bytesOf(body)
  if (bytes === null) throw new WebhookError('body_not_raw')
  return bytes
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Hexadecimal digits in either case and nothing else; an odd number of them is a wrong length. */
export function readHex(text, length) {
  if (!/^[0-9A-Fa-f]*$/.test(text)) throw new WebhookError('encoding_invalid')
  if (text.length !== 2 * length) throw new WebhookError('length_wrong')
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16))
}

/** Padded standard base64 and nothing else; null if it is not. Only one text stands for given bytes. */
export function strictBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  const binary = atob(text)
  // Written again it must be the same: bits that are dropped at the end must have been zero.
  return btoa(binary) === text ? Uint8Array.from(binary, (c) => c.charCodeAt(0)) : null
}

export function readBase64(text, length) {
  if (text.length > 88) throw new WebhookError('length_wrong')
  const bytes = strictBase64(text)
  if (bytes === null) throw new WebhookError('encoding_invalid')
  if (bytes.length !== length) throw new WebhookError('length_wrong')
  return bytes
}

export const writeHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const writeBase64 = (bytes) => btoa(String.fromCharCode(...bytes))
