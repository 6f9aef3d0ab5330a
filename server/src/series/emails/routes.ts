import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { storedIdOf } from '../../platform/ids.ts';
import { isAbsent, recordOf } from '../../schedule/fault.ts';
import type { WorkspaceSaid } from '../../template/index.ts';
import type { AutomationRef } from '../change-series.ts';
import { checkSeries } from './check-series.ts';
import { FindingView, findingViewOf } from './finding-view.ts';
import { hasMemberEmail } from '../../workspace/index.ts';
import { previewCallOf, previewEmail } from './preview-email.ts';
import { testSend, testSendCallOf, type TestSendDeps } from './test-send.ts';

export interface EmailRouteDeps extends TestSendDeps {
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type App = Parameters<FastifyPluginAsyncTypebox<EmailRouteDeps>>[0];

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Anything = Type.Object({}, { additionalProperties: true });
const PreviewBody = {
  step_id: Type.Optional(Type.String({ maxLength: 64, description: 'An email of the draft' })),
  step: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'An email that is not saved' }),
  ),
  variant: Type.Optional(
    Type.String({ maxLength: 64, description: 'The name of one of its variants' }),
  ),
  user_id: Type.Optional(Type.String({ maxLength: 255, description: 'A user that there is' })),
  user: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'A made-up one: name, traits, …' }),
  ),
  event: Type.Optional(Anything),
};

/** Where emails stand that previews and tests are asked for. */
export interface EmailPlace {
  readonly noun: 'series' | 'broadcasts';
  readonly type: 'series' | 'broadcast';
  /** The email of the draft, for calls that bring none and need no `step_id`; null for series. */
  readonly savedEmail: ((ref: AutomationRef) => Promise<object>) | null;
}

const SERIES: EmailPlace = { noun: 'series', type: 'series', savedEmail: null };

/** Checks, previews and test sends of a series' emails. Registered inside the authenticated scope. */
export const seriesEmailRoutes: FastifyPluginAsyncTypebox<EmailRouteDeps> = async (app, deps) => {
  addChecks(app, deps);
  addPreviewRoutes(app, deps, SERIES);
};

/** Previews and test sends of the emails of series, or of broadcasts. */
export function addPreviewRoutes(app: App, deps: EmailRouteDeps, place: EmailPlace): void {
  addPreview(app, deps, place);
  addTestSend(app, deps, place);
}

function addChecks(app: App, deps: EmailRouteDeps): void {
  app.get(
    '/series/:id/checks',
    {
      schema: {
        tags: ['series'],
        summary: 'Check the emails of the draft as they would be published now',
        description: 'An error keeps the series from being published; a warning does not.',
        params,
        response: { 200: Type.Object({ data: Type.Array(FindingView) }) },
      },
    },
    async (request) => {
      const about = { workspace: said(request), now: await nowOf(deps, request) };
      const findings = await checkSeries(deps, refOf(request), about);
      return { data: findings.map(findingViewOf) };
    },
  );
}

function addPreview(app: App, deps: EmailRouteDeps, place: EmailPlace): void {
  app.post(
    `/${place.noun}/:id/preview`,
    {
      config: { role: 'viewer' },
      schema: {
        tags: [place.noun],
        summary: 'Render an email for a real or made-up user; nothing is sent or written',
        params,
        body: Type.Object(PreviewBody),
        response: {
          200: Type.Object({
            subject: Type.String(),
            html: Type.String(),
            text: Type.String(),
            from: Type.String(),
            warnings: Type.Array(FindingView),
            missing: Type.Array(Type.String(), {
              description: 'Merged, not known of the user, and without a default',
            }),
          }),
        },
      },
      validatorCompiler: acceptAll,
    },
    async (request) => {
      const ref = { ...refOf(request), type: place.type };
      const call = previewCallOf(await wholeBodyOf(request.body, ref, place));
      const about = { call, workspace: said(request), now: await nowOf(deps, request) };
      const preview = await previewEmail(deps, ref, about);
      const { subject, html, text, from, warnings, missing } = preview;
      const shown = warnings.map(findingViewOf);
      return { subject, html, text, from, warnings: shown, missing: [...missing] };
    },
  );
}

function addTestSend(app: App, deps: EmailRouteDeps, place: EmailPlace): void {
  app.post(
    `/${place.noun}/:id/test_send`,
    {
      schema: {
        tags: [place.noun],
        summary: 'Send an email as a test to a member of the workspace',
        description: 'It is marked in its subject, not tracked, and counts nowhere.',
        params,
        body: Type.Object({ ...PreviewBody, to: Type.String({ maxLength: 320 }) }),
        response: {
          200: Type.Object({
            to: Type.String(),
            subject: Type.String(),
            transport: Type.String(),
          }),
        },
      },
      validatorCompiler: acceptAll,
    },
    async (request) => {
      const ref = { ...refOf(request), type: place.type };
      const call = testSendCallOf(await wholeBodyOf(request.body, ref, place));
      const { side, workspaceId } = request.actor;
      const isMember = (email: string) => hasMemberEmail(deps.db, { workspaceId, email });
      const now = await nowOf(deps, request);
      const about = { call, isMember, workspace: said(request), side, now };
      return testSend(deps, ref, about);
    },
  );
}

/** A broadcast has one email: a call that brings none means the one of the draft. */
async function wholeBodyOf(
  body: unknown,
  ref: AutomationRef,
  { savedEmail }: EmailPlace,
): Promise<unknown> {
  const fields = recordOf(body ?? {});
  if (savedEmail === null || fields === null || !isAbsent(fields['step'])) return body;
  return { ...fields, step: await savedEmail(ref) };
}

/** The body is checked by the use case, which reports every fault with its path; the schema documents it. */
const acceptAll = () => () => true;

interface ActorRequest {
  readonly actor: { readonly workspaceId: string; readonly settings: WorkspaceSaid };
  readonly params: { readonly id: string };
}

const refOf = ({ actor, params: { id } }: ActorRequest) => ({
  workspaceId: actor.workspaceId,
  id: storedIdOf(id),
});

const said = ({ actor }: ActorRequest): WorkspaceSaid => actor.settings;

const nowOf = (deps: EmailRouteDeps, { actor }: ActorRequest): Promise<Date> =>
  deps.sideNow(actor.workspaceId);
