import { html, type Html } from './html.ts';
import { pageOf, type Brand, type Page } from './page.ts';

/** The same bytes for every link that is none, whatever is wrong with it. */
export const INVALID_PAGE: Page = pageOf(null, {
  status: 404,
  title: 'This link does not work',
  main: html`<h1>This link does not work</h1>
<p class="lead">It may have been cut off on its way. Please open it once more from the email itself.</p>`,
});

/** Too many pages for one client in too short a time. */
export const BUSY_PAGE: Page = pageOf(null, {
  status: 429,
  title: 'Too many requests',
  main: html`<h1>One moment, please</h1>
<p class="lead">Too many requests came from your network. Please try again in a minute.</p>`,
});

/** The fault is ours. */
export const UNAVAILABLE_PAGE: Page = pageOf(null, {
  status: 503,
  title: 'Please try again',
  main: html`<h1>Please try again</h1>
<p class="lead">Something went wrong on our side, and we cannot tell whether this was done.</p>`,
});

/** What the unsubscribe pages are about. */
export interface UnsubscribeView {
  readonly brand: Brand;
  /** The name of the list that the email was for; null for all of them. */
  readonly list: string | null;
  /** Relative, so that it works below whatever path a proxy adds. */
  readonly preferencesUrl: string;
}

const ACCOUNT_MAIL = 'Messages about your account, such as receipts, may still come.';

/** Asks. Nothing has changed yet, and looking changes nothing. */
export function unsubscribePage({ brand, list, preferencesUrl }: UnsubscribeView): Page {
  const title = list === null ? 'Unsubscribe' : `Unsubscribe from ${list}`;
  const what =
    list === null
      ? html`You will get no more newsletters and offers from ${brand.name}. ${ACCOUNT_MAIL}`
      : html`You will get no more emails of this kind from ${brand.name}.`;
  return pageOf(brand, {
    title,
    main: html`<h1>${title}?</h1>
<p class="lead">${what}</p>
<div class="actions">
<form method="post"><button name="action" value="unsubscribe">Unsubscribe</button></form>
<a href="${preferencesUrl}">Choose what you get instead</a>
</div>`,
  });
}

/** After the button. */
export function unsubscribedPage({ brand, list, preferencesUrl }: UnsubscribeView): Page {
  const what =
    list === null
      ? html`${brand.name} will send you no more newsletters and offers. ${ACCOUNT_MAIL}`
      : html`${brand.name} will send you no more “${list}”.`;
  return pageOf(brand, {
    title: 'You are unsubscribed',
    main: html`<h1>You are unsubscribed</h1>
<p class="lead" role="status">${what}</p>
<div class="actions">
<form method="post"><button class="quiet" name="action" value="undo">Undo</button></form>
<a href="${preferencesUrl}">All your email preferences</a>
</div>`,
  });
}

/** After the undo. */
export function undonePage({ brand, list, preferencesUrl }: UnsubscribeView): Page {
  return pageOf(brand, {
    title: 'Nothing has changed',
    main: html`<h1>Nothing has changed</h1>
<p class="lead" role="status">${
      list === null
        ? html`You get the emails of ${brand.name} as before.`
        : html`You get “${list}” from ${brand.name} as before.`
    }</p>
<p><a href="${preferencesUrl}">All your email preferences</a></p>`,
  });
}

/** One list on the preference page. */
export interface ListChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isOn: boolean;
  /** Asked for, and to be confirmed by the email that was sent. */
  readonly isPending: boolean;
}

/** What the preference page shows. */
export interface PreferencesView {
  readonly brand: Brand;
  /** As `maskedAddress` gives it; null where there is none, or nobody any more. */
  readonly address: string | null;
  readonly lists: readonly ListChoice[];
  /** Whether everything is off. */
  readonly isAllOff: boolean;
  /** What has just been done. */
  readonly note: string | null;
}

/** Every list with its state. Works without scripts. */
export function preferencesPage(view: PreferencesView): Page {
  const { brand, address, lists, isAllOff, note } = view;
  const whose = address === null ? null : html` to <strong>${address}</strong>`;
  return pageOf(brand, {
    title: 'Email preferences',
    main: html`<h1>Email preferences</h1>
<p class="lead">${
      lists.length === 0
        ? html`The newsletters and offers of ${brand.name}${whose}. ${ACCOUNT_MAIL}`
        : html`What ${brand.name} may send${whose}.`
    }</p>
${note === null ? null : html`<p class="note" role="status">${note}</p>`}
${note === null && isAllOff ? html`<p class="note">You are unsubscribed from everything.</p>` : null}
${lists.length === 0 ? null : listsForm(lists)}
${isAllOff && lists.length > 0 ? null : everythingForm(isAllOff, lists.length > 0)}`,
  });
}

const listsForm = (lists: readonly ListChoice[]): Html => html`<form method="post">
<fieldset>
<legend class="hidden">Emails that you can get</legend>
${lists.map(listRow)}
</fieldset>
<div class="actions"><button name="action" value="save">Save</button></div>
</form>`;

function listRow({ id, name, description, isOn, isPending }: ListChoice): Html {
  const described = [
    description === '' ? null : `about-${id}`,
    isPending ? `state-${id}` : null,
  ].filter((part) => part !== null);
  const by = described.length === 0 ? null : html` aria-describedby="${described.join(' ')}"`;
  return html`<label class="list" for="list-${id}">
<span class="name">${name}</span>
${description === '' ? null : html`<span class="about" id="about-${id}">${description}</span>`}
${
  isPending
    ? html`<span class="state" id="state-${id}">Not confirmed yet: please press the button in the email that we sent you.</span>`
    : null
}
<input type="checkbox" id="list-${id}" name="on" value="${id}"${isOn || isPending ? html` checked` : null} aria-label="${name}"${by}>
<input type="hidden" name="shown" value="${id}">
</label>`;
}

function everythingForm(isAllOff: boolean, hasLists: boolean): Html {
  const [value, label] = isAllOff
    ? ['all', 'Get emails again']
    : ['none', 'Unsubscribe from everything'];
  const actions = html`<div class="actions"><button class="quiet" name="action" value="${value}">${label}</button></div>`;
  if (!hasLists) return html`<form method="post">${actions}</form>`;
  return html`<form method="post" class="apart">
<h2>Nothing at all</h2>
<p>${ACCOUNT_MAIL}</p>
${actions}
</form>`;
}

/** What the confirmation pages are about. */
export interface ConfirmView {
  readonly brand: Brand;
  readonly list: string;
  readonly preferencesUrl: string;
}

/** Asks for the button that confirms: a link alone could be a scanner's doing. */
export function confirmPage({ brand, list }: ConfirmView): Page {
  return pageOf(brand, {
    title: 'Confirm your subscription',
    main: html`<h1>Confirm your subscription</h1>
<p class="lead">${brand.name} sends you “${list}” from now on, once you confirm that it was you who asked for it.</p>
<div class="actions">
<form method="post"><button name="action" value="confirm">Yes, subscribe me</button></form>
</div>
<p class="lead apart">It was not you? Close this page, and nothing comes.</p>`,
  });
}

/** After the button. */
export function confirmedPage({ brand, list, preferencesUrl }: ConfirmView): Page {
  return pageOf(brand, {
    title: 'You are subscribed',
    main: html`<h1>You are subscribed</h1>
<p class="lead" role="status">Thank you. ${brand.name} sends you “${list}” from now on.</p>
<p><a href="${preferencesUrl}">All your email preferences</a></p>`,
  });
}

/** The link is real, but there is nothing that it could confirm any more. */
export function notConfirmablePage({ brand, list, preferencesUrl }: ConfirmView): Page {
  return pageOf(brand, {
    title: 'Nothing to confirm',
    main: html`<h1>Nothing to confirm</h1>
<p class="lead" role="status">This request for “${list}” is no longer open. You can choose what you get at any time.</p>
<p><a href="${preferencesUrl}">All your email preferences</a></p>`,
  });
}

/** Enough of an address for its owner to know it by, and too little for anybody else. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const [first = ''] = address;
  return `${first}•••${address.slice(at)}`;
}
