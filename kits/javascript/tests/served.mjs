// A program that serves an example: started on a free port, asked, and ended.

import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { createInterface } from 'node:readline'

const START_LIMIT_MS = 60_000
const ANSWER_LIMIT_MS = 10_000
/** What the examples print, and what Next.js does. */
const LISTENING = /(?:listening on|- Local:)\s+(http:\/\/\S+)/

export class Served {
  /** Resolves when the program says where it listens; rejects if it ends before. */
  static async start([program, ...given], options) {
    const child = spawn(program, given, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const served = new Served(child)
    const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
    try {
      served.address = await Promise.race([served.#listening(), served.ended])
    } finally {
      clearTimeout(timer)
    }
    if (typeof served.address !== 'string') throw new Error(`ended with ${served.address.code}: ${served.output}`)
    return served
  }

  constructor(child) {
    this.child = child
    this.output = ''
    this.ended = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => resolve({ code: code ?? signal }))
      child.once('error', reject)
    })
  }

  #listening() {
    const { promise, resolve } = withResolvers()
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output += `${line}\n`
        const found = LISTENING.exec(line)
        if (found !== null) resolve(found[1])
      })
    }
    return promise
  }

  /** Posts and resolves to `{ status, body }`. `headers`: a list of pairs; a name may stand twice. */
  post(headers, body, path = '') {
    const { promise, resolve, reject } = withResolvers()
    const byName = {}
    for (const [name, value] of headers) byName[name] = [...(byName[name] ?? []), value]
    // A connection for each request: Bun closes some that the agent would use again.
    const options = { method: 'POST', agent: false, headers: { ...byName, 'Content-Length': body.length } }
    const asked = request(this.address + path, { ...options, timeout: ANSWER_LIMIT_MS }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('error', reject)
    asked.end(body)
    return promise
  }

  async stop() {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

function withResolvers() {
  const parts = {}
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
}
