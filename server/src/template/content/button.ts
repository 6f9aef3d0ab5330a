import { escapeTemplate } from '../escape-template.ts';

/** The workspace's colour, or a blue that is readable below white letters. */
export const COLOUR = "{{ workspace.colour | default: '#1f5fd0' }}";

const HEIGHT = 44;
const FONT = 'Helvetica,Arial,sans-serif';

/**
 * A link that looks like a button in every client: Outlook on Windows draws it itself (VML), all others
 * get a padded link in a coloured cell.
 *
 * @param text @param href templates of plain text
 */
export function buttonHtml({
  text,
  href,
  align,
}: {
  text: string;
  href: string;
  align: string | null;
}): string {
  const words = escapeTemplate(text);
  const address = escapeTemplate(href);
  // Outlook needs a width; words of a merged value may be longer, and are then cut.
  const width = Math.min(520, Math.max(120, 48 + withoutLiquid(text).length * 9));
  const outlook =
    '<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" ' +
    `xmlns:w="urn:schemas-microsoft-com:office:word" href="${address}" ` +
    `style="height:${HEIGHT}px;v-text-anchor:middle;width:${width}px" arcsize="14%" stroke="f" ` +
    `fillcolor="${COLOUR}"><w:anchorlock/><center style="color:#ffffff;font-family:${FONT};` +
    `font-size:16px;font-weight:bold">${words}</center></v:roundrect><![endif]-->`;
  const others =
    `<!--[if !mso]><!--><a href="${address}" class="mp-button" style="display:inline-block;` +
    `background-color:${COLOUR};color:#ffffff;font-size:16px;font-weight:bold;line-height:20px;` +
    `padding:12px 24px;border-radius:6px;text-align:center;text-decoration:none">${words}</a>` +
    '<!--<![endif]-->';
  return (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">' +
    `<tr><td align="${align ?? 'left'}" style="padding:8px 0 24px">${outlook}${others}</td></tr>` +
    '</table>'
  );
}

const withoutLiquid = (text: string): string => text.replaceAll(/\{[{%][^]*?[%}]\}/g, '········');
