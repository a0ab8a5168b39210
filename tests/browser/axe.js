// Hands over one line for each violation that axe finds on the page as it is.
const done = arguments[arguments.length - 1];
const line = (violation) =>
  violation.nodes.map(
    (node) => `${violation.id}: ${node.target.join(' ')} ${node.html.slice(0, 200)} ${node.failureSummary}`,
  );
axe
  .run(document, { resultTypes: ['violations'] })
  .then((result) => {
    if (result.passes.length === 0) throw new Error('nothing was checked');
    done(result.violations.flatMap(line));
  })
  .catch((error) => done([`axe failed: ${error}`]));
