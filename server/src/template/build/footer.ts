import type { EmailFormat, EmailPurpose } from '../email-source.ts';

const SMALL = 'font-size:13px;line-height:1.5;color:#667085';

/**
 * What the law asks for below marketing mail: who wrote it and from where, and how to be written no more.
 *
 * Empty for transactional mail. A body with an unsubscribe link of its own gets no second one.
 *
 * @param body with the frame's own Liquid not yet around it
 */
export function footerHtml({
  format,
  purpose,
  body,
}: {
  format: EmailFormat;
  purpose: EmailPurpose;
  body: string;
}): string {
  if (purpose === 'transactional') return '';
  const company =
    format === 'branded'
      ? '{% if workspace.footer %}<p style="margin:0 0 8px">' +
        '{{ workspace.footer | newline_to_br }}</p>{% endif %}'
      : '';
  const sender =
    '<p style="margin:0 0 8px">{{ workspace.name }}{% if workspace.postal_address %}' +
    '<br>{{ workspace.postal_address | newline_to_br }}{% endif %}</p>';
  const links = hasUnsubscribeLink(body) ? '' : linksHtml();
  const align = format === 'branded' ? ';text-align:center' : '';
  const rule = format === 'branded' ? '' : 'border-top:1px solid #eaecf0;';
  const inner = `${company}${sender}${links}`;
  return (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>' +
    `<td class="mp-footer mp-rule" style="${rule}padding:16px 0 0;${SMALL}${align}">${inner}</td>` +
    '</tr></table>'
  );
}

/** Whether a template links to what stops further mail. */
const hasUnsubscribeLink = (template: string): boolean =>
  /\{\{-?\s*(?:unsubscribe_url|preferences_url)\b/.test(template);

const link = (url: string, words: string): string =>
  `<a href="{{ ${url} }}" class="mp-footer" style="color:#667085;text-decoration:underline">${words}</a>`;

const linksHtml = (): string =>
  '{% if unsubscribe_url %}<p style="margin:0">' +
  `${link('unsubscribe_url', 'Unsubscribe')}{% if preferences_url %} &middot; ` +
  `${link('preferences_url', 'Email preferences')}{% endif %}</p>{% endif %}`;
