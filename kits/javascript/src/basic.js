// Basic authentication (RFC 7617), which Bitbucket Data Center can send besides a signature.

import { strictBase64, utf8 } from './bytes.js'
import { ReceivedHeaders } from './headers.js'
import { blinding, equal } from './mac.js'

/** The base64 of a user name and a password of 1024 bytes each, and the colon between them. */
const TEXT_MAX = 2732

/**
 * Resolves to whether exactly one Authorization header carries this user name and password. Never true for
 * an empty pair, nor for a user name with a colon, which would move the border between the two.
 */
export async function basicMatches(username, password, headers) {
  if (typeof username !== 'string' || typeof password !== 'string') throw new TypeError('user name and password are strings')
  const usable = (username !== '' || password !== '') && !username.includes(':')
  const found = /^basic +([^ ]+)$/i.exec(new ReceivedHeaders(headers).once('Authorization') ?? '')
  const claimed = found !== null && found[1].length <= TEXT_MAX ? strictBase64(found[1]) : null
  if (!usable || claimed === null) return false
  const blind = await blinding()
  return equal(await blind(utf8(`${username}:${password}`)), await blind(claimed))
}
