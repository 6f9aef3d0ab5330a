const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A description of a schema as HTML: code in backticks, and documents by their name as links. */
export const inline = (text) =>
  text
    .replaceAll(/[&<>"]/g, (mark) => ENTITIES[mark])
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\bdocs\/([a-z-]+)\.md\b/g, '<a href="/docs/$1/">$1</a>');
