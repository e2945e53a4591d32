// The Kubernetes manifests by the API's own schemas, and what they must have in common.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import * as models from 'kubernetes-models';
import { parseAllDocuments } from 'yaml';
import { connectionsOf, filesIn, read, root, run, scratch, yaml } from './support/files.mjs';

const folder = 'deploy/kubernetes';
const [kustomization] = yaml(`${folder}/kustomization.yaml`);
const files = filesIn(folder).filter((file) => !file.endsWith('kustomization.yaml'));
const manifests = files.flatMap((file) => yaml(file).map((manifest) => ({ file, manifest })));
const find = (kind, name = 'sigma-auth') => manifests.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name).manifest;

/** kubernetes-models has a class for each kind: `models.apps.v1.Deployment`. */
function modelOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion];
  const name = group?.replaceAll(/\.([a-z])/g, (_, letter) => letter.toUpperCase());
  return (name ? models[name][version] : models[version])?.[kind];
}

test('every manifest follows its schema', () => {
  assert.ok(manifests.length >= 10);
  for (const { file, manifest } of manifests) {
    const Model = modelOf(manifest);
    assert.ok(Model, `${file}: no schema for ${manifest.apiVersion} ${manifest.kind}`);
    assert.doesNotThrow(() => new Model(manifest).validate(), file);
  }
});

test('kustomization.yaml names every file but those that are applied by themselves', () => {
  const apart = ['migrate/job.yaml', 'secret.example.yaml'];
  const all = files.map((file) => file.slice(folder.length + 1));
  assert.deepEqual([...kustomization.resources, ...apart].sort(), all.sort());
});

test('one line names the release of the servers and of the migration before them', () => {
  const copy = scratch();
  run('cp', ['-r', path.join(root, folder), copy]);
  const image = 'registry.example.com/team/sigma-auth';
  const component = path.join(copy, 'kubernetes/image/kustomization.yaml');
  run('sed', ['-i', `s|# newName: .*|newName: ${image}|; s|newTag: .*|newTag: 9.8.7|`, component]);
  for (const [where, kind] of [['kubernetes', 'Deployment'], ['kubernetes/migrate', 'Job']]) {
    const made = parseAllDocuments(run('kubectl', ['kustomize', path.join(copy, where)])).map((document) => document.toJS());
    const [{ spec, metadata }] = made.filter((manifest) => manifest.kind === kind);
    assert.equal(metadata.namespace, 'sigma-auth');
    assert.deepEqual(spec.template.spec.containers.map((container) => container.image), [`${image}:9.8.7`], where);
  }
});

test('as many pods as there may be leave Postgres a connection for the rest', () => {
  const { maxReplicas } = find('HorizontalPodAutoscaler').spec;
  const pods = maxReplicas + find('Deployment').spec.strategy.rollingUpdate.maxSurge;
  const held = pods * connectionsOf(find('ConfigMap').data);
  assert.ok(held <= 97 - 5, `${held}: max_connections is 100, three are the superuser's`);
});

test('Postgres is asked for its certificate by a file that the image has', () => {
  const pages = ['docs/how-to/run-on-postgres.md', 'docs/how-to/deploy.md', `${folder}/secret.example.yaml`];
  const urls = pages.flatMap((page) => [...read(page).matchAll(/sslmode=verify-full[^'\s]*/g)].map(([url]) => url));
  assert.ok(urls.length >= 2, `${urls}`);
  // `system` wants libpq 16; Debian 12 and the image have 15, which takes it for a file's name.
  for (const url of urls) assert.match(url, /sslrootcert=\/etc\//);
  assert.ok(read('docker/rootfs.sh').includes('etc/ssl/certs/ca-certificates.crt'));
});

test('service, budget and autoscaler mean the deployment', () => {
  const { spec } = find('Deployment');
  const { labels } = spec.template.metadata;
  const ports = spec.template.spec.containers[0].ports.map(({ name }) => name);
  const includes = (selector) => Object.entries(selector).every(([name, value]) => labels[name] === value);
  assert.ok(includes(spec.selector.matchLabels));
  assert.ok(includes(find('PodDisruptionBudget').spec.selector.matchLabels));
  assert.ok(includes(find('NetworkPolicy').spec.podSelector.matchLabels));
  for (const name of ['sigma-auth', 'sigma-auth-admin']) {
    assert.ok(includes(find('Service', name).spec.selector));
    for (const port of find('Service', name).spec.ports) assert.ok(ports.includes(port.targetPort));
  }
  assert.equal(find('HorizontalPodAutoscaler').spec.scaleTargetRef.name, 'sigma-auth');
  assert.equal(spec.replicas, undefined, 'each apply would set it back, whatever the autoscaler has found');
  assert.equal(find('Ingress').spec.rules[0].http.paths[0].backend.service.name, 'sigma-auth');
  for (const { ports: allowed } of find('NetworkPolicy').spec.ingress) for (const { port } of allowed) assert.ok(ports.includes(port));
});

test('nothing starts with more rights than it needs', () => {
  for (const { spec } of [find('Deployment').spec.template, find('Job', 'sigma-auth-migrate').spec.template]) {
    assert.equal(spec.enableServiceLinks, false, 'SIGMA_AUTH_PORT and the like would stop the start');
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
    const [{ securityContext, envFrom }] = spec.containers;
    assert.equal(securityContext.readOnlyRootFilesystem, true);
    assert.equal(securityContext.allowPrivilegeEscalation, false);
    assert.deepEqual(securityContext.capabilities.drop, ['ALL']);
    assert.deepEqual(envFrom, [{ configMapRef: { name: 'sigma-auth' } }, { secretRef: { name: 'sigma-auth' } }]);
  }
});

test('a pod has time to drain, and readiness fails before the listener closes', () => {
  const { data } = find('ConfigMap');
  const seconds = (text) => Number(/^(\d+)s$/.exec(text)[1]);
  const { spec } = find('Deployment').spec.template;
  const { readinessProbe } = spec.containers[0];
  assert.ok(spec.terminationGracePeriodSeconds > seconds(data.SIGMA_DRAIN_DELAY) + seconds(data.SIGMA_DRAIN_TIMEOUT));
  assert.ok(readinessProbe.periodSeconds * readinessProbe.failureThreshold < seconds(data.SIGMA_DRAIN_DELAY));
  assert.equal(find('Deployment').spec.strategy.rollingUpdate.maxUnavailable, 0);
});
