// Where the sign-in stands, and the one way to a session that all its steps share: keyring → (kept) → token → session → onward.
import { describeMyself } from '../../lib/account';
import { continueAuthorization, isAuthorization, wantedIdentity } from '../../lib/authorization';
import { openKeyring } from '../../lib/identity/backup';
import type { Brought, Named } from '../../lib/identity/backup-file';
import { type CloudCopy, fetchCopy, saveCopy } from '../../lib/identity/cloud';
import { forget, keep, type KeptIdentity, listKept, rename, touch } from '../../lib/identity/kept';
import { hdFromWords, type Keyring, memberFor, memberOf, nextMember, type PrivateKey, rootFromWords, searchedIdentities } from '../../lib/identity/keys';
import { openByPasskey } from '../../lib/identity/passkey';
import { addIdentity } from '../../lib/identity/public-name';
import { UnlockAttempt } from '../../lib/identity/unlock-attempt.svelte';
import { returnPath } from '../../lib/return';
import { setActiveIdentity } from '../../lib/session';
import { signIn, signInWith } from '../../lib/sign-in';
import { signInPath } from '../../lib/identity/token';
import { cameByTokenPass, rememberTokenPass, TokenPassProblem, tokenpassToken } from '../../lib/tokenpass';
import { commonText } from '../../texts/common';
import { bringText, createText, loginText, tokenpassText } from '../../texts/login';

export type Step =
  | 'unlock' | 'pick' | 'welcome' | 'create' | 'words' | 'wif' | 'file' | 'tokenpass' | 'keep' | 'saved' | 'another' | 'leaving' | 'insecure';

/** Keys that are here but have not signed in yet, and the password of the file that they came in. */
type Waiting = Brought & { password?: string };

/** One thing at a time happens at the gate; what goes wrong is said, never thrown. */
export class Gate extends UnlockAttempt {
  readonly wanted = wantedIdentity();
  kept = $state.raw(listKept());
  /** Which of the kept ones is to be unlocked. */
  identity = $state.raw<KeptIdentity>();
  step = $state<Step>('welcome');
  waiting = $state.raw<Waiting>();
  /** The server's copy of what waits. */
  cloud = $state.raw<CloudCopy>();
  /** The address of the program on this device that was called, when that is where the person came from. */
  program = $state('');

  constructor() {
    super();
    this.identity = this.kept.find(({ bapId }) => bapId === this.wanted) ?? this.kept[0];
    this.step = this.firstStep();
  }

  private firstStep(): Step {
    if (!globalThis.crypto?.subtle) return 'insecure';
    if (new URLSearchParams(location.search).get('prompt')?.split(' ').includes('create')) return 'create';
    if (cameByTokenPass() && !this.kept.some(({ bapId }) => bapId === this.wanted)) return 'tokenpass';
    if (this.kept.length === 0) return 'welcome';
    return this.kept.length > 1 && this.identity?.bapId !== this.wanted ? 'pick' : 'unlock';
  }

  /** The person came by TokenPass before. */
  readonly byTokenPass = cameByTokenPass();

  /** Where the person wants to go. What was under way for the step that they leave has no effect any more. */
  go(to: Step): void {
    this.abandon();
    this.waiting = this.cloud = undefined;
    this.step = to;
  }

  back(): void {
    this.go(this.kept.length === 0 ? 'welcome' : this.kept.length === 1 ? 'unlock' : 'pick');
  }

  pick(identity: KeptIdentity): void {
    this.identity = identity;
    this.go('unlock');
  }

  private async enter(keyring: Keyring, bapId: string | undefined, signal: AbortSignal): Promise<void> {
    await signIn(memberFor(keyring, bapId), signal);
    signal.throwIfAborted();
    rememberTokenPass(false);
    await this.onward();
  }

  /** A new identity: signs in, tells the server its name, and leaves an encrypted copy there if the person wants. */
  enterNew(copy: boolean): Promise<void> {
    return this.run(async () => {
      const { keyring } = this.waiting!;
      const { bapId, name, backup } = this.identity!;
      const member = memberFor(keyring, bapId);
      await signIn(member);
      if (name !== '') await describeMyself({ name });
      if (copy) await saveCopy(member, backup);
      await this.onward();
    });
  }

  private async onward(): Promise<void> {
    this.waiting = undefined;
    this.step = 'leaving';
    if (isAuthorization()) this.program = await continueAuthorization('postLogin');
    else location.replace(returnPath());
  }

  /** Once more, after it failed: the person is signed in, and the application still waits. */
  goOn(): Promise<void> {
    return this.run(() => this.onward());
  }

  /** Puts the identities on this device; false when it cannot store. */
  private async keepAll({ keyring, identities, words }: Brought, password: string, signal: AbortSignal, passkeysFrom?: string): Promise<boolean> {
    const now = new Date();
    const { sealKeyring } = await import('../../lib/identity/backup-file');
    const backup = await sealKeyring(keyring, { identities, password, words, now });
    signal.throwIfAborted();
    const stored = listKept();
    const storedFor = (id: string | undefined) => stored.find(({ bapId }) => bapId === id);
    const entries = identities.map(({ bapId, name }) => {
      const pubkey = memberFor(keyring, bapId).key.toPublicKey().toString();
      // Passkeys open the same keys as before, also for a further identity of the same root.
      const { passkeys } = storedFor(bapId) ?? storedFor(passkeysFrom) ?? {};
      return { bapId, name, pubkey, createdAt: now.toISOString(), backup, ...(passkeys ? { passkeys } : {}) };
    });
    if (![...entries].reverse().every(keep)) {
      this.error = loginText.get().noStorage;
      return false;
    }
    this.kept = listKept();
    this.identity = entries[0];
    return true;
  }

  unlock(password: string): Promise<void> {
    return this.unlockBy((identity) => openKeyring(identity.backup, password));
  }

  unlockByPasskey(): Promise<void> {
    return this.unlockBy(openByPasskey);
  }

  private unlockBy(open: (identity: KeptIdentity) => Promise<Keyring>): Promise<void> {
    return this.run(async (signal) => {
      const identity = this.identity!;
      const keyring = await open(identity);
      signal.throwIfAborted();
      touch(identity.bapId);
      // An identity that the application wants may lie below the same root without being on the list.
      const hidden = this.kept.some(({ bapId }) => bapId === this.wanted) ? undefined : this.wanted;
      await this.enter(keyring, memberFor(keyring, hidden).bapId === hidden ? hidden : identity.bapId, signal);
    });
  }

  create({ words, name, password }: { words: string[]; name: string; password: string }): Promise<void> {
    return this.run(async (signal) => {
      const keyring: Keyring = { kind: 'root', root: rootFromWords(words) };
      const brought: Brought = { keyring, words, identities: [{ bapId: memberOf(keyring).bapId, name }] };
      // Kept before the server hears of it: if it is away now, the identity must not be lost.
      if (!(await this.keepAll(brought, password, signal))) return;
      this.waiting = brought;
      this.step = 'saved';
    });
  }

  bringWords(words: string[], { passphrase, older }: { passphrase: string; older: boolean }): Promise<void> {
    return this.run(async () => {
      const root = hdFromWords(words, passphrase);
      this.bring({ keyring: older ? { kind: 'hd', root } : { kind: 'root', root: root.privKey }, words, identities: [] });
    });
  }

  bringKey(member: PrivateKey): void {
    this.bring({ keyring: { kind: 'member', member }, identities: [] });
  }

  /** The identity that the application wants comes first, also when the file does not list it. */
  bring(brought: Waiting): void {
    const first = memberFor(brought.keyring, this.wanted);
    const named = brought.identities.length > 0 ? brought.identities : [{ bapId: first.bapId, name: '' }];
    const wanted = this.wanted === first.bapId && !named.some(({ bapId }) => bapId === first.bapId);
    this.waiting = { ...brought, identities: wanted ? [{ bapId: first.bapId, name: '' }, ...named] : named };
    this.step = 'keep';
  }

  /** Signs in with what waits; `keeping` puts it on this device first. */
  useWaiting(bapId: string, keeping?: { names: Named[]; password: string }): Promise<void> {
    return this.run(async (signal) => {
      const waiting = this.waiting!;
      if (keeping) {
        const chosenFirst = [...keeping.names].sort((a, b) => Number(b.bapId === bapId) - Number(a.bapId === bapId));
        if (!(await this.keepAll({ ...waiting, identities: chosenFirst }, keeping.password, signal))) return;
      }
      await this.enter(waiting.keyring, bapId, signal);
    });
  }

  /** One more identity below a root that is kept here. */
  another(name: string, password: string): Promise<void> {
    return this.run(async (signal) => {
      const { bapId: known } = this.identity!;
      const kept = listKept().find(({ bapId }) => bapId === known) ?? this.identity!;
      const { readBackup } = await import('../../lib/identity/backup-file');
      const opened = await readBackup(kept.backup, password);
      signal.throwIfAborted();
      const same = listKept().filter(({ backup }) => backup === kept.backup);
      const member = nextMember(opened.keyring, same.map(({ bapId }) => bapId));
      if (!member) {
        const text = createText.get();
        this.error = opened.keyring.kind === 'member' ? text.anotherAlone : text.anotherMost({ number: searchedIdentities });
        return;
      }
      // The person's account has both: signed in with the one that was kept, the other proves itself. Only then it is
      // kept: an identity that the account does not have would sign in as somebody new.
      await signIn(memberFor(opened.keyring, known), signal);
      signal.throwIfAborted();
      await addIdentity(member, name || commonText.get().unnamed);
      signal.throwIfAborted();
      if (!(await this.keepAll({ ...opened, identities: [{ bapId: member.bapId, name }, ...same] }, password, signal, known))) return;
      try {
        await setActiveIdentity(member.bapId);
        signal.throwIfAborted();
        await this.onward();
      } catch (thrown) {
        // It is an identity like the others by now: unlocking it is the way on, not making another one.
        if (!signal.aborted && this.step === 'another') this.step = 'unlock';
        throw thrown;
      }
    });
  }

  /** Is there more of this one key's identity on the server? */
  lookForCopy(): Promise<void> {
    return this.run(async (signal) => {
      const { keyring } = this.waiting!;
      const found = await fetchCopy(memberOf(keyring));
      signal.throwIfAborted();
      if (found === undefined) this.error = bringText.get().cloudNone;
      else this.cloud = found;
    });
  }

  openCopy(password: string): Promise<void> {
    return this.run(async (signal) => {
      const { readBackup } = await import('../../lib/identity/backup-file');
      const brought = await readBackup(this.cloud!.encryptedBackup, password);
      signal.throwIfAborted();
      this.bring({ ...brought, password });
      this.cloud = undefined;
    });
  }

  tokenpass(): Promise<void> {
    return this.run(async (signal) => {
      let token: string;
      try {
        token = await tokenpassToken(signInPath);
      } catch (thrown) {
        if (!(thrown instanceof TokenPassProblem) || signal.aborted) throw thrown;
        this.error = explainTokenPass(thrown);
        return;
      }
      signal.throwIfAborted();
      await signInWith(token, { signal });
      signal.throwIfAborted();
      rememberTokenPass(true);
      await this.onward();
    });
  }

  rename(name: string): void {
    rename(this.identity!.bapId, name);
    this.kept = listKept();
    this.identity = this.kept.find(({ bapId }) => bapId === this.identity!.bapId);
  }

  remove(bapId: string): void {
    forget(bapId);
    this.kept = listKept();
    this.identity = this.kept[0];
    this.back();
  }
}

function explainTokenPass({ kind, message }: TokenPassProblem): string {
  const text = tokenpassText.get();
  if (kind === 'refused') return text.refused({ host: location.host });
  return kind === 'failed' ? text.failed({ reason: message }) : text[kind];
}
