// The inbox stands before everything else; the rest may take its time (a language to load).
import '../../lib/signer/inbox';

const [{ start }, { default: Signer }] = await Promise.all([import('../../lib/start'), import('./Signer.svelte')]);
start(Signer);
