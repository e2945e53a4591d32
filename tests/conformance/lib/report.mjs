// What a module found. F: a failure, no certificate. W: a warning, does not block. I: information.

/** Ends a module at once; what it found is in its report already. */
export class Stop extends Error {}
/** Ends a module that does not apply to this provider. */
export class Skip extends Error {}

export class Report {
  findings = [];

  /** An F finding unless `ok`; the module goes on. `source` names the paragraph that asks for it. */
  check(ok, message, source) {
    if (!ok) this.#add('F', message, source);
    return Boolean(ok);
  }

  /** An F finding unless `ok`, and nothing after it could be right. */
  require(ok, message, source) {
    if (this.check(ok, message, source)) return;
    throw new Stop(message);
  }

  /** A W finding unless `ok`. */
  recommend(ok, message, source) {
    if (!ok) this.#add('W', message, source);
    return Boolean(ok);
  }

  note(message) {
    this.#add('I', message);
  }

  skip(reason) {
    this.note(reason);
    throw new Skip(reason);
  }

  #add(level, message, source) {
    const known = this.findings.some((finding) => finding.level === level && finding.message === message);
    if (!known) this.findings.push({ level, message, ...(source ? { source } : {}) });
  }

  has(level) {
    return this.findings.some((finding) => finding.level === level);
  }
}
