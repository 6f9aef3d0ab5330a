export { eraseFromConfirmations, tidyConfirmations } from './confirmation/ask.ts';
export { assistantConfirmationRoutes } from './confirmation/routes.ts';
export { CallRefused, createAssistantServer, type AssistantDeps, type Principal } from './serve.ts';
export type { Ask } from './tool.ts';
