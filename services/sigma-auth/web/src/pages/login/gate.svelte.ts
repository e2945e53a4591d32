// Where the sign-in stands, and the one way to a session that all its steps share: keyring → (kept) → token → session → onward.
import { describeMyself } from '../../lib/account';
import { continueAuthorization, isAuthorization, wantedIdentity } from '../../lib/authorization';
import { openKeyring } from '../../lib/identity/backup';
import type { Brought, Named } from '../../lib/identity/backup-file';
import { type CloudCopy, fetchCopy, saveCopy } from '../../lib/identity/cloud';
import { forget, keep, type KeptIdentity, listKept, rename } from '../../lib/identity/kept';
import { hdFromWords, type Keyring, memberFor, memberOf, type PrivateKey, rootFromWords } from '../../lib/identity/keys';
import { openByPasskey } from '../../lib/identity/passkey';
import { addIdentity } from '../../lib/identity/public-name';
import { UnlockAttempt } from '../../lib/identity/unlock-attempt.svelte';
import { returnPath } from '../../lib/return';
import { setActiveIdentity } from '../../lib/session';
import { signIn, signInWith } from '../../lib/sign-in';
import { signInPath } from '../../lib/identity/token';
import { cameByTokenPass, rememberTokenPass, TokenPassProblem, tokenpassToken } from '../../lib/tokenpass';
import { commonText } from '../../texts/common';
import { bringText, loginText, tokenpassText } from '../../texts/login';

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

  go(to: Step): void {
    this.error = this.wrongPassword = '';
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

  private async enter(keyring: Keyring, bapId: string | undefined): Promise<void> {
    await signIn(memberFor(keyring, bapId));
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
    if (isAuthorization()) await continueAuthorization('postLogin');
    else location.replace(returnPath());
  }

  /** Keeps first: if the server is away now, the identity must not be lost. */
  private async keepAll({ keyring, identities, words }: Brought, password: string, passkeysFrom?: KeptIdentity): Promise<boolean> {
    const now = new Date();
    const { sealKeyring } = await import('../../lib/identity/backup-file');
    const backup = await sealKeyring(keyring, { identities, password, words, now });
    const entries = identities.map(({ bapId, name }) => {
      const pubkey = memberFor(keyring, bapId).key.toPublicKey().toString();
      // Passkeys open the same keys as before, also for a further identity of the same root.
      const { passkeys } = this.kept.find((kept) => kept.bapId === bapId) ?? passkeysFrom ?? {};
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
    return this.run(async () => {
      const identity = this.identity!;
      const keyring = await open(identity);
      keep(identity);
      // An identity that the application wants may lie below the same root without being on the list.
      const hidden = this.kept.some(({ bapId }) => bapId === this.wanted) ? undefined : this.wanted;
      await this.enter(keyring, memberFor(keyring, hidden).bapId === hidden ? hidden : identity.bapId);
    });
  }

  create({ words, name, password }: { words: string[]; name: string; password: string }): Promise<void> {
    return this.run(async () => {
      const keyring: Keyring = { kind: 'root', root: rootFromWords(words) };
      const brought: Brought = { keyring, words, identities: [{ bapId: memberOf(keyring).bapId, name }] };
      if (!(await this.keepAll(brought, password))) return;
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
    return this.run(async () => {
      const waiting = this.waiting!;
      if (keeping) {
        const chosenFirst = [...keeping.names].sort((a, b) => Number(b.bapId === bapId) - Number(a.bapId === bapId));
        if (!(await this.keepAll({ ...waiting, identities: chosenFirst }, keeping.password))) return;
      }
      await this.enter(waiting.keyring, bapId);
    });
  }

  /** One more identity below a root that is kept here. */
  another(name: string, password: string): Promise<void> {
    return this.run(async () => {
      const kept = this.identity!;
      const { readBackup } = await import('../../lib/identity/backup-file');
      const opened = await readBackup(kept.backup, password);
      const same = this.kept.filter(({ backup }) => backup === kept.backup);
      let counter = 0;
      while (same.some(({ bapId }) => bapId === memberOf(opened.keyring, counter).bapId)) counter++;
      const { bapId } = memberOf(opened.keyring, counter);
      if (!(await this.keepAll({ ...opened, identities: [{ bapId, name }, ...same] }, password, kept))) return;
      // The person's account has both: signed in with the one that was kept, the other proves itself.
      await signIn(memberFor(opened.keyring, kept.bapId));
      await addIdentity(memberFor(opened.keyring, bapId), name || commonText.get().unnamed);
      await setActiveIdentity(bapId);
      await this.onward();
    });
  }

  /** Is there more of this one key's identity on the server? */
  lookForCopy(): Promise<void> {
    return this.run(async () => {
      const { keyring } = this.waiting!;
      const found = await fetchCopy(memberOf(keyring));
      if (found === undefined) this.error = bringText.get().cloudNone;
      else this.cloud = found;
    });
  }

  openCopy(password: string): Promise<void> {
    return this.run(async () => {
      const { readBackup } = await import('../../lib/identity/backup-file');
      this.bring({ ...(await readBackup(this.cloud!.encryptedBackup, password)), password });
      this.cloud = undefined;
    });
  }

  tokenpass(): Promise<void> {
    return this.run(async () => {
      let token: string;
      try {
        token = await tokenpassToken(signInPath);
      } catch (thrown) {
        if (!(thrown instanceof TokenPassProblem)) throw thrown;
        this.error = explainTokenPass(thrown);
        return;
      }
      await signInWith(token);
      rememberTokenPass(true);
      await this.onward();
    });
  }

  rename(name: string): void {
    rename(this.identity!.bapId, name);
    this.kept = listKept();
    this.identity = this.kept.find(({ bapId }) => bapId === this.identity!.bapId);
  }

  remove(): void {
    forget(this.identity!.bapId);
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
