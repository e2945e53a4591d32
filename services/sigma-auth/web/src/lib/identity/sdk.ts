// What bitcoin-backup and bsv-bap need of @bsv/sdk. They import the package as a whole; vite.config.ts leads that import
// here, so that pages load a tenth of it.
export { default as HD } from '@bsv/sdk/compat/HD';
export { default as ECIES } from '@bsv/sdk/compat/ECIES';
export * as BSM from '@bsv/sdk/compat/BSM';
export { default as BigNumber } from '@bsv/sdk/primitives/BigNumber';
export * as Hash from '@bsv/sdk/primitives/Hash';
export { default as PrivateKey } from '@bsv/sdk/primitives/PrivateKey';
export { default as PublicKey } from '@bsv/sdk/primitives/PublicKey';
export { default as Signature } from '@bsv/sdk/primitives/Signature';
export * as Utils from '@bsv/sdk/primitives/utils';
export { default as OP } from '@bsv/sdk/script/OP';
