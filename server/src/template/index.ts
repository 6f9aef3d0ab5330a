export {
  compileData,
  renderData,
  type CompiledData,
  type DataFacts,
  type DataTemplateFault,
  type RenderedData,
} from './data.ts';
export {
  compileEmail,
  renderEmail,
  type CompiledEmail,
  type EmailContent,
  type EmailFacts,
  type EmailFault,
  type RenderedEmail,
} from './email.ts';
export { extraHeaderFault } from './headers.ts';
export { composeMessage, messageIdOf, type ComposedMessage, type MessageParts } from './message.ts';
export {
  EMAIL_FORMATS,
  EMAIL_PURPOSES,
  sourceFaults,
  type EmailBody,
  type EmailFormat,
  type EmailPurpose,
  type EmailSource,
} from './email-source.ts';
export {
  bodyFieldOf,
  buildEmail,
  type BuiltEmail,
  type SnippetBodies,
} from './build/build-email.ts';
export {
  resolveSnippets,
  resolveTemplate,
  snippetFaultsOf,
  type ResolvedSnippets,
  type ResolvedTemplate,
} from './library/resolve.ts';
export { templateRoutes, type TemplateRouteDeps } from './library/routes.ts';
export { insertUses } from './library/sql.ts';
export { snippetsOfBody, type StoredBody } from './library/template.ts';
export { checkEmail, type CheckContext, type EmailFinding } from './check/check-email.ts';
export { missingValues, variablesIn } from './check/merge-names.ts';
export { sampleFacts, workspaceFactsOf, type WorkspaceSaid } from './check/sample-facts.ts';
export { rewriteLinks, trackingOf, type Tracking } from './link-rewrite.ts';
export { renderInline } from './render/render-inline.ts';
export { createRenderer, type RendererOptions } from './render/renderer.ts';
export type { Renderer, RenderJob } from './render/render-job.ts';
