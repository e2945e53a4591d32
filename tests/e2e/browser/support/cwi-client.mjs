// A client of the CWI messages, written from sigma-contract §7 alone: plugins from 0.0.84 on speak it, npm has none of them.
const waitForStateMs = 60_000;
const waitForAnswerMs = 30_000;

class CwiClient {
  #pending = new Map();
  #ready;
  /** Every state that the signer told, in order. */
  states = [];

  constructor(base) {
    this.base = base;
    this.frame = Object.assign(document.createElement('iframe'), { src: `${base}/signer`, title: 'signer' });
    this.frame.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;border:0;display:none';
    document.body.append(this.frame);
    this.#ready = new Promise((resolve, reject) => {
      this.gotState = resolve;
      setTimeout(() => reject(new Error('no state from the signer')), waitForStateMs);
    });
    addEventListener('message', (event) => this.#receive(event));
  }

  #receive({ origin, source, data }) {
    if (origin !== this.base || source !== this.frame.contentWindow || data?.type !== 'CWI') return;
    if (data.cwiState) {
      const { status, hasPermission } = data.cwiState;
      this.states.push(status);
      this.frame.style.display = status === 'need_password' || hasPermission ? 'block' : 'none';
      this.gotState();
      if (status === 'error') this.#pending.forEach(({ reject }) => reject(new Error('signer error')));
    } else if (data.isInvocation === false) {
      const pending = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if (data.status === 'error') pending?.reject(new Error(`${data.code}: ${data.description}`));
      else pending?.resolve(data.result);
    }
  }

  setIdentity(bapId) {
    this.bapId = bapId;
  }

  async call(call, args) {
    await this.#ready;
    const post = (message) => this.frame.contentWindow.postMessage(message, this.base);
    for (let twice = 0; twice < 2; twice++) post({ type: 'SET_IDENTITY', payload: { bapId: this.bapId } });
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      setTimeout(() => reject(new Error('no answer from the signer')), waitForAnswerMs);
      post({ type: 'CWI', isInvocation: true, id, call, args });
    });
  }
}

const protocolID = [2, 'sigma-encrypt'];
globalThis.CwiClient = CwiClient;
globalThis.cwi = {
  encrypt: async (client, text, keyID, counterparty) => {
    const { ciphertext } = await client.call('encrypt', { plaintext: new TextEncoder().encode(text), protocolID, keyID, counterparty });
    return btoa(String.fromCharCode(...Object.values(ciphertext)));
  },
  decrypt: async (client, base64, keyID, counterparty) => {
    const ciphertext = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { plaintext } = await client.call('decrypt', { ciphertext, protocolID, keyID, counterparty });
    return new TextDecoder().decode(Uint8Array.from(Object.values(plaintext)));
  },
  publicKey: async (client, keyID) => (await client.call('getPublicKey', { protocolID, keyID })).publicKey,
};
