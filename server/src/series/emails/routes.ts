import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { storedIdOf } from '../../platform/ids.ts';
import type { WorkspaceSaid } from '../../template/index.ts';
import { checkSeries } from './check-series.ts';
import { FindingView, findingViewOf } from './finding-view.ts';
import { previewCallOf, previewEmail } from './preview-email.ts';
import { testSend, testSendCallOf, type TestSendDeps } from './test-send.ts';

export interface EmailRouteDeps extends TestSendDeps {
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type App = Parameters<FastifyPluginAsyncTypebox<EmailRouteDeps>>[0];

const tags = ['series'];
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

/** Checks, previews and test sends of a series' emails. Registered inside the authenticated scope. */
export const seriesEmailRoutes: FastifyPluginAsyncTypebox<EmailRouteDeps> = async (app, deps) => {
  addChecks(app, deps);
  addPreview(app, deps);
  addTestSend(app, deps);
};

function addChecks(app: App, deps: EmailRouteDeps): void {
  app.get(
    '/series/:id/checks',
    {
      schema: {
        tags,
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

function addPreview(app: App, deps: EmailRouteDeps): void {
  app.post(
    '/series/:id/preview',
    {
      schema: {
        tags,
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
      const call = previewCallOf(request.body);
      const about = { call, workspace: said(request), now: await nowOf(deps, request) };
      const preview = await previewEmail(deps, refOf(request), about);
      const { subject, html, text, from, warnings, missing } = preview;
      const shown = warnings.map(findingViewOf);
      return { subject, html, text, from, warnings: shown, missing: [...missing] };
    },
  );
}

function addTestSend(app: App, deps: EmailRouteDeps): void {
  app.post(
    '/series/:id/test_send',
    {
      schema: {
        tags,
        summary: 'Send an email as a test to one of `test_recipients` of the settings',
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
      const call = testSendCallOf(request.body);
      const recipients = request.actor.settings.testRecipients;
      const { side } = request.actor;
      const now = await nowOf(deps, request);
      const about = { call, recipients, workspace: said(request), side, now };
      return testSend(deps, refOf(request), about);
    },
  );
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
