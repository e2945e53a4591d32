// The signer's decisions, apart from what it shows: who is asking, for which identity, and whether the person has said yes.
// One frame serves exactly one embedding page, so its origin is settled by its first message. Keys live in this object
// only, and only while it is unlocked. Every unlocking is a password typed into a frame that names the asking origin.
import { keep, listKept, type KeptIdentity } from '../identity/kept';
import { type Keyring, memberFor } from '../identity/keys';
import { bucket } from './limit';
import { answerTo, hideFrame, readMessage, Refusal, refusalOf, type Request, showFrame, state } from './messages';
import { checkPath, perform, type Unlocked } from './perform';
import { allow, isAllowed } from './permissions';

export const lockAfterMs = 10 * 60_000;
/** The clients' own limit: nobody waits any longer for an answer. */
const clientTimeoutMs = 30_000;
const mostWaiting = 32;

/** What the person is asked. */
export interface Question {
  origin: string;
  bapId: string;
  /** Absent when this frame sees no such identity: its storage may be apart from the site's. */
  identity: KeptIdentity | undefined;
  /** This origin was allowed before: only the password is needed. */
  allowed: boolean;
}

export interface Surroundings {
  ownOrigin: string;
  send: (message: unknown, origin: string) => void;
  now: () => number;
  /** A question to show, or undefined: nothing is asked. */
  ask: (question: Question | undefined) => void;
}

export class Signer {
  private origin: string | undefined;
  private bapId: string | undefined;
  private unlocked: Unlocked | undefined;
  /** Allowed although the browser refused to store that. */
  private allowedHere = false;
  /** Handed over although the browser refused to store it. */
  private lent: KeptIdentity | undefined;
  private lastUse = 0;
  private waiting: { request: Request; since: number }[] = [];
  private asking = false;
  private readonly refused = new Set<string>();
  private readonly mayRequest: (now: number) => boolean;

  constructor(private readonly around: Surroundings) {
    this.mayRequest = bucket(100, 10, around.now());
  }

  /** One message of the embedding window (the caller has compared the window). */
  receive(origin: string, data: unknown): void {
    if (!/^https?:/.test(origin) || (this.origin !== undefined && origin !== this.origin)) return;
    const message = readMessage(data);
    if (message === undefined) return;
    if (this.origin === undefined) {
      this.origin = origin;
      this.say(state(false));
    }
    // Clients name the identity twice before each call: that counts as nothing, or a lost one would let the next call
    // be answered for somebody else.
    if (message.kind === 'identity') this.setIdentity(message.bapId);
    else if (this.mayRequest(this.around.now())) this.handle(message.request);
    else this.say(refusalOf(message.request, new Refusal('BUSY', 'Too many requests at once; try again in a few seconds.')));
  }

  private say(message: unknown): void {
    if (this.origin !== undefined) this.around.send(message, this.origin);
  }

  private setIdentity(bapId: string): void {
    if (bapId === this.bapId) return;
    // What waits was asked of the identity before: the new one must not sign it.
    for (const request of this.takeWaiting()) this.say(refusalOf(request, identityChanged()));
    this.bapId = bapId;
    this.lock();
    if (this.asking) this.stopAsking();
  }

  private handle(request: Request): void {
    const refusal = this.refusalFor(request);
    if (refusal) {
      this.say(refusalOf(request, refusal));
      return;
    }
    this.lockIfIdle();
    if (this.unlocked && this.allowedNow()) {
      this.answer(request, this.unlocked);
      return;
    }
    this.waiting.push({ request, since: this.around.now() });
    this.ask();
  }

  private refusalFor({ call }: Request): Refusal | undefined {
    if (call instanceof Refusal) return call;
    if (this.bapId === undefined) return new Refusal('NO_IDENTITY', 'No identity is set. Call setIdentity() first.');
    if (this.refused.has(this.bapId)) return notAllowed();
    this.waiting = this.stillWaiting();
    if (this.waiting.length >= mostWaiting) return new Refusal('BUSY', 'Too many requests wait for the person’s answer.');
    try {
      if (call.kind === 'token') checkPath(call.path, this.origin!, this.around.ownOrigin);
      return undefined;
    } catch (error) {
      return error as Refusal;
    }
  }

  private answer(request: Request, unlocked: Unlocked): void {
    this.lastUse = this.around.now();
    try {
      if (request.call instanceof Refusal) throw request.call;
      this.say(answerTo(request, perform(request.call, unlocked, new Date(this.lastUse))));
    } catch (error) {
      this.say(refusalOf(request, error instanceof Refusal ? error : new Refusal('FAILED', 'The signer could not do this.')));
    }
  }

  private allowedNow(): boolean {
    return this.allowedHere || isAllowed(this.origin!, this.bapId!);
  }

  /** Shows the question, also anew after something about it has changed. */
  private ask(): void {
    const bapId = this.bapId!;
    this.around.ask({
      origin: this.origin!,
      bapId,
      identity: [...listKept(), this.lent].find((kept) => kept?.bapId === bapId),
      allowed: this.allowedNow(),
    });
    if (!this.asking) for (const message of showFrame) this.say(message);
    this.asking = true;
  }

  /** A window of ours has handed an identity over. A browser without storage for frames keeps it as long as the frame. */
  receiveIdentity(identity: KeptIdentity): void {
    if (!keep(identity)) this.lent = identity;
    if (this.asking) this.ask();
  }

  /**
   * The person has typed the password of the identity in question, and with it allowed what `asked` says. Deriving the key
   * takes a moment: false when that is not the question any more (another identity, or a no), or the keyring is of another.
   */
  unlock(keyring: Keyring, asked: Question): boolean {
    const member = memberFor(keyring, this.bapId);
    if (!this.asking || asked.bapId !== this.bapId || member.bapId !== this.bapId) return false;
    this.unlocked = { keyring, member };
    this.allowedHere = !allow(this.origin!, member.bapId, new Date(this.around.now()));
    this.lastUse = this.around.now();
    this.stopAsking();
    for (const request of this.takeWaiting()) this.answer(request, this.unlocked);
    return true;
  }

  /** The person does not want to; asked again only after the page was loaded anew. */
  refuse(): void {
    this.refused.add(this.bapId!);
    for (const request of this.takeWaiting()) this.say(refusalOf(request, notAllowed()));
    this.stopAsking();
  }

  private stillWaiting() {
    const latest = this.around.now() - clientTimeoutMs;
    return this.waiting.filter(({ since }) => since > latest);
  }

  private takeWaiting(): Request[] {
    const taken = this.stillWaiting().map(({ request }) => request);
    this.waiting = [];
    return taken;
  }

  private stopAsking(): void {
    this.asking = false;
    this.around.ask(undefined);
    for (const message of hideFrame(this.unlocked !== undefined)) this.say(message);
  }

  /** Forgets the keys. */
  lock(): void {
    this.unlocked = undefined;
    this.allowedHere = false;
  }

  lockIfIdle(): void {
    if (this.unlocked && this.around.now() - this.lastUse >= lockAfterMs) this.lock();
  }
}

const identityChanged = () => new Refusal('IDENTITY_CHANGED', 'Another identity was set before the person had answered. Call again.');
const notAllowed = () => new Refusal('NOT_ALLOWED', 'The person did not allow this application to use their identity.');
