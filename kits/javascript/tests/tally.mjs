// Counts what passed and failed. Runs in every runtime, so it uses nothing of any.

export class Tally {
  passed = 0
  failed = 0
  skipped = 0
  failures = []

  /** Runs one test; whatever it throws is a failure. */
  async test(name, check) {
    try {
      await check()
      this.passed += 1
    } catch (error) {
      this.failed += 1
      this.failures.push(`${name}: ${error?.stack ?? error}`)
      if (this.failed <= 20) console.error(`FAILED ${name}: ${error?.message ?? error}`)
    }
  }

  skip(name, why) {
    this.skipped += 1
    console.error(`skipped ${name}: ${why}`)
  }

  /** Adds what another process counted; one that counted nothing has failed. */
  add(name, output) {
    const found = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output)
    const [passed, failed, skipped] = found === null ? [0, 0, 0] : found.slice(1).map(Number)
    this.passed += passed
    this.failed += failed + (passed + failed === 0 ? 1 : 0)
    this.skipped += skipped
    if (failed > 0 || passed === 0) console.error(`FAILED ${name}: ${output}`)
    else console.error(`${name}: ${found[0]}`)
  }

  get line() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`
  }
}

export function same(actual, expected, what = 'value') {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what} is ${left}, expected ${right}`)
}

export function ok(condition, what) {
  if (!condition) throw new Error(what)
}

/** What `promise` rejects with. */
export async function rejection(promise) {
  try {
    const value = await promise
    throw new Error(`accepted: ${JSON.stringify(value)}`)
  } catch (error) {
    return error
  }
}
