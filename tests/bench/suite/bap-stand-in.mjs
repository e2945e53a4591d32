// The stand-in for the BAP API of the end-to-end tests, told by its parent whom it knows and how it answers.
import { chainIdentity, startBapApi } from '../../e2e/support/bap-api.mjs';
import { misbehaviours } from '../../e2e/support/bap-misbehaviours.mjs';

const api = await startBapApi();

process.on('message', ({ mode, addresses }) => {
  api.identities = addresses.map((address) => chainIdentity([{ address }], { alternateName: 'Real' }));
  api.questions = [];
  // Only to sign-ins: refreshes in the background would open the circuit, and nobody would be asked any more.
  api.behave = mode === undefined ? undefined : (request, response, honest, question) => {
    const behave = question.address ? misbehaviours[mode] : (_, answer) => answer.end(JSON.stringify(honest));
    return behave(request, response, honest, question);
  };
  process.send({});
});
process.on('disconnect', () => process.exit(0));
process.send({ env: api.env(), modes: Object.keys(misbehaviours) });
