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
  emailFaults,
  renderEmail,
  type CompiledEmail,
  type EmailContent,
  type EmailFacts,
  type EmailFault,
  type RenderedEmail,
} from './email.ts';
export { composeMessage, messageIdOf, type ComposedMessage, type MessageParts } from './message.ts';
