import { expect, test } from 'vitest';
import { html, lines } from './html.ts';

test('text is escaped, markup is not', () => {
  const evil = `"><script>alert('1')</script>&`;
  expect(html`<p title="${evil}">${html`<b>${evil}</b>`}</p>`.markup).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">' +
      '<b>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</b></p>',
  );
});

test('nothing is nothing, a list is its items, lines keep their breaks', () => {
  expect(html`a${null}${[html`<i>`, html`</i>`]}${0}`.markup).toBe('a<i></i>0');
  expect(lines('1 <Main> St\r\nTown').markup).toBe('1 &lt;Main&gt; St<br>Town');
});
