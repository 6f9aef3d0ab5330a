import { createCache } from '../../platform/cache.ts';
import { DomainError } from '../../platform/errors.ts';
import type { LinkSigner } from '../../platform/link-token.ts';
import { readWorkspace } from '../../workspace/index.ts';
import { isOneClick, valueOf, valuesOf, type Fields } from './fields.ts';
import { consentToken, openConfirmToken, openConsentToken, type ConsentLink } from './link.ts';
import type { Brand, Page } from './page.ts';
import { choose, confirm, stateOf, turnAll, undo, unsubscribe } from './people.ts';
import type { PeopleDeps, State } from './people.ts';
import { listName } from './sql.ts';
import * as views from './views.ts';

export interface AnswerDeps extends PeopleDeps {
  readonly signer: LinkSigner;
}

/** What a mailbox provider is told, which reads no more than the status. */
export type Answer = Page | 'unsubscribed by one click';

/** A link that was opened: answers what is asked of it. */
export interface OpenLink {
  /** Changes nothing. */
  readonly show: () => Promise<Page>;
  readonly submit: (fields: Fields) => Promise<Answer>;
}

/** Opens the tokens of the three pages; null for one that is none. */
export interface Answers {
  readonly unsubscribe: (token: string) => OpenLink | null;
  readonly preferences: (token: string) => OpenLink | null;
  readonly confirm: (token: string) => OpenLink | null;
}

/** What the answers look up without asking the database each time. */
interface Known {
  readonly brandOf: (workspaceId: string) => Promise<Brand | null>;
  readonly listOf: (ref: { workspaceId: string; id: string }) => Promise<string | null>;
}

/** A list of which only the id is known any more. */
const GONE_LIST = 'this list';

export function createAnswers(deps: AnswerDeps): Answers {
  const known = knownOf(deps);
  return {
    unsubscribe: (token) => {
      const link = openConsentToken(deps.signer, 'unsubscribe', token);
      return link === null ? null : unsubscribing(deps, known, link);
    },
    preferences: (token) => {
      const link = openConsentToken(deps.signer, 'preferences', token);
      return link === null ? null : choosing(deps, known, link);
    },
    confirm: (token) => confirming(deps, known, token),
  };
}

function unsubscribing(deps: AnswerDeps, known: Known, link: ConsentLink): OpenLink {
  const { workspaceId, listId } = link;
  const withView = async (page: (view: views.UnsubscribeView) => Page): Promise<Page> => {
    const brand = await known.brandOf(workspaceId);
    if (brand === null) return views.INVALID_PAGE;
    const list =
      listId === null ? null : ((await known.listOf({ workspaceId, id: listId })) ?? GONE_LIST);
    return page({ brand, list, preferencesUrl: preferencesUrl(deps, link) });
  };
  return {
    show: () => withView(views.unsubscribePage),
    submit: async (fields) => {
      if (isOneClick(fields)) {
        await unsubscribe(deps, link, 'one_click');
        return 'unsubscribed by one click';
      }
      if (valueOf(fields, 'action') === 'undo') {
        await undo(deps, link);
        return withView(views.undonePage);
      }
      await unsubscribe(deps, link, 'page');
      return withView(views.unsubscribedPage);
    },
  };
}

function choosing(deps: AnswerDeps, known: Known, link: ConsentLink): OpenLink {
  const show = async (noteOf: (state: State) => string | null): Promise<Page> => {
    const brand = await known.brandOf(link.workspaceId);
    if (brand === null) return views.INVALID_PAGE;
    const state = await stateOf(deps, link);
    return views.preferencesPage({ brand, ...viewOf(state), note: noteOf(state) });
  };
  return {
    show: () => show(() => null),
    submit: async (fields) => {
      switch (isOneClick(fields) ? 'none' : valueOf(fields, 'action')) {
        case 'none':
          await turnAll(deps, link, 'unsubscribed');
          return show(() => 'You are unsubscribed from everything.');
        case 'all':
          await turnAll(deps, link, 'subscribed');
          return show(({ all }) => (all === 'subscribed' ? 'You get emails again.' : null));
        case 'save': {
          const choice = { shown: valuesOf(fields, 'shown'), on: valuesOf(fields, 'on') };
          const changed = await choose(deps, link, choice);
          const mustConfirm = changed.some(({ after }) => after === 'pending');
          return show(() => (mustConfirm ? SAVED_AND_ASKED : 'Saved.'));
        }
        default:
          return show(() => null);
      }
    },
  };
}

const SAVED_AND_ASKED =
  'Saved. One thing is left: please confirm by the email that we have just sent you.';

function viewOf({ all, lists, address }: State) {
  const isAllOff = all === 'unsubscribed';
  return {
    address: address === null ? null : views.maskedAddress(address),
    isAllOff,
    lists: lists.map(({ id, name, description, state }) => ({
      id,
      name,
      description,
      isOn: !isAllOff && state === 'subscribed',
      isPending: !isAllOff && state === 'pending',
    })),
  };
}

function confirming(deps: AnswerDeps, known: Known, token: string): OpenLink | null {
  const link = openConfirmToken(deps.signer, token);
  if (link === null) return null;
  const { workspaceId, userId, listId } = link;
  const withView = async (page: (view: views.ConfirmView) => Page): Promise<Page> => {
    const brand = await known.brandOf(workspaceId);
    if (brand === null) return views.INVALID_PAGE;
    const list = (await known.listOf({ workspaceId, id: listId })) ?? GONE_LIST;
    const own = { workspaceId, userId, listId, messageId: null };
    return page({ brand, list, preferencesUrl: preferencesUrl(deps, own) });
  };
  return {
    show: () => withView(views.confirmPage),
    submit: async () => {
      const isConfirmed = await confirm(deps, link);
      return withView(isConfirmed ? views.confirmedPage : views.notConfirmablePage);
    },
  };
}

/** From `/u/…` and `/confirm/…` alike. */
const preferencesUrl = ({ signer }: AnswerDeps, link: ConsentLink): string =>
  `../p/${consentToken(signer, 'preferences', link)}`;

function knownOf({ db }: PeopleDeps): Known {
  const brands = createCache({ load: (id: string) => loadBrand(db, id) });
  const lists = createCache({
    load: (key: string) => {
      const [workspaceId = '', id = ''] = key.split(' ');
      return listName(db, { workspaceId, id });
    },
  });
  return {
    brandOf: (workspaceId) => brands.get(workspaceId),
    listOf: ({ workspaceId, id }) => lists.get(`${workspaceId} ${id}`),
  };
}

/** Null where the workspace is gone. */
async function loadBrand(db: PeopleDeps['db'], workspaceId: string): Promise<Brand | null> {
  try {
    const { name, settings } = await readWorkspace(db, { workspaceId });
    return { name, ...settings.brand, postalAddress: settings.postalAddress };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'workspace.not_found') return null;
    throw error;
  }
}
