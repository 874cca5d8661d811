// The page of a comparison.

const curveSeries = (optimizers, which, indexOf) =>
  optimizers
    .filter((one) => one[which]?.curve)
    .map((one) => ({
      name: one.name,
      index: indexOf(one.name),
      step: one[which].curve.step,
      y: one[which].curve.median,
      bands: { quartiles: [one[which].curve.q25, one[which].curve.q75], median: [one[which].curve.low, one[which].curve.high] },
    }));

function lossCurves({ optimizers, objective, metric, target, seeds_matter: random }, { protocol }, group, indexOf) {
  const variants = { tuned: curveSeries(optimizers, 'tuned', indexOf), as_given: curveSeries(optimizers, 'as_given', indexOf) };
  const minimum = objective?.minimum;
  if (typeof minimum === 'number' && minimum !== 0) {
    const above = (list) => list.map((y) => (typeof y === 'number' ? y - minimum : y));
    const bands = (one) => Object.fromEntries(Object.entries(one).map(([id, pair]) => [id, pair.map((bound) => bound && above(bound))]));
    variants.excess = (isTuned(optimizers) ? variants.tuned : variants.as_given).map((one) => ({
      ...one,
      y: above(one.y),
      bands: bands(one.bands),
    }));
  }
  return curves({
    title: `${upperFirst(metric)} over steps`,
    note: random && `Median over ${plural(protocol.seeds.length, 'evaluation seed')}.`,
    y: metric,
    variants: variants.excess ? { excess: variants.excess, ...variants } : variants,
    names: { tuned: 'tuned', as_given: 'as given', excess: 'above the minimum' },
    bands: random ? { quartiles: 'quartiles', median: 'bootstrap band of the median' } : {},
    group,
    target: target?.metric === metric && { at: target.value, text: 'target' },
    size: 'wide',
    height: 380,
  });
}

// The final metric over the tuned option.
function sensitivityCharts({ optimizers, metric }, group, indexOf) {
  const keys = unique(optimizers.flatMap(({ sensitivity }) => (sensitivity ? [sensitivity.option] : [])));
  return keys.map((key) => {
    const list = optimizers.filter(({ sensitivity }) => sensitivity?.option === key);
    const all = list.map(({ name, sensitivity }) => ({
      name,
      index: indexOf(name),
      step: sensitivity.lr,
      y: sensitivity.median,
      bands: { quartiles: [sensitivity.q25, sensitivity.q75] },
    }));
    const widths = list
      .filter(({ sensitivity }) => typeof sensitivity.width_decades === 'number')
      .map(({ name, sensitivity }) => `${name} ${num(sensitivity.width_decades, 2)}`);
    const note = [
      `Median ${metric} of the tuning seeds; where a line ends, runs diverged.`,
      widths.length > 0 && ` Decades within twice the best: ${widths.join(', ')}.`,
    ]
      .filter(Boolean)
      .join('');
    return curves({
      title: `Sensitivity to ${key}`,
      y: metric,
      x: key,
      variants: { all },
      bands: { quartiles: 'quartiles' },
      group,
      note,
      markers: true,
    });
  });
}

const verdictOf = ({ ranking }) => el('p', { class: 'verdict' }, ranking.verdict);

function problemSection(problem, at, summary, indexOf) {
  const { optimizers, objective } = problem;
  const group = seriesGroup(names(optimizers), indexOf);
  const paths = optimizers
    .filter(({ path }) => path)
    .map((one) => ({ name: one.name, index: indexOf(one.name), ...one.path, diverged: result(one).values[0] === null }));
  const part = section(
    summary.problems.length > 1 ? problem.name : 'Results',
    summary.problems.length > 1 && verdictOf(problem),
    el(
      'p',
      { class: 'note' },
      [
        objective && `f = ${formula(objective)}, from (${objective.start.map((x) => num(x)).join(', ')})`,
        plural(problem.steps, 'step'),
        problem.seeds_matter === false && 'seeds change nothing here',
      ]
        .filter(Boolean)
        .join('; '),
      '.',
    ),
    resultTable(problem, summary, indexOf),
    el('div', { class: 'folds' }, pairTable(problem), optionTable(optimizers)),
    group.legend,
    figures(
      lossCurves(problem, summary, group, indexOf),
      objectiveChart(objective, paths, group),
      objective && parameterCharts({ paths, names: objective.names, group, objective }),
      sensitivityCharts(problem, group, indexOf),
    ),
  );
  return set(part, { id: `problem-${at}` });
}

// For each r, the share of problems that an optimizer solves within r times the steps of the fastest.
function profileChart({ optimizers, ratios, r_max: most }, group, indexOf) {
  const draw = () => {
    const steps = (name) => {
      const list = ratios[optimizers.indexOf(name)];
      const known = finite(list).sort((a, b) => a - b);
      const x = [1, ...known, Math.max(most, ...finite(ratios.flat()))];
      const y = [known.filter((r) => r <= 1).length, ...known.map((_, i) => i + 1), known.length].map((solved) => solved / list.length);
      return { name, index: indexOf(name), step: x, y };
    };
    const list = group.visible(optimizers.map((name) => ({ name })));
    return {
      data: list.map(({ name }) =>
        lineTrace(steps(name), { line: { color: hue(indexOf(name)), width: 2, dash: dash(indexOf(name)), shape: 'hv' } }),
      ),
      layout: {
        xaxis: axis('times the steps of the fastest', { type: 'log', ...logRange([1, most, ...finite(ratios.flat())]) }),
        yaxis: axis('share of problems solved', { range: [-0.03, 1.03] }),
      },
      label: `Performance profile of ${optimizers.join(', ')}`,
    };
  };
  return chart({ title: 'Performance profile', note: 'Higher and further left is better.', draw, group, height: 280 });
}

function overallSection({ profile, overall, problems }, indexOf) {
  if (problems.length < 2) return null;
  const group = seriesGroup(overall.optimizers, indexOf);
  const rankOf = (name, problem) => place(problem.ranking, name);
  const score = (name) => profile?.score[profile.optimizers.indexOf(name)];
  const rows = [...overall.optimizers].sort(
    (a, b) => overall.mean_rank[overall.optimizers.indexOf(a)] - overall.mean_rank[overall.optimizers.indexOf(b)],
  );
  const columns = [
    { head: 'optimizer', cell: (name) => [swatch(indexOf(name)), name] },
    numberColumn('mean rank of medians', (name) => overall.mean_rank[overall.optimizers.indexOf(name)], {
      cell: (name) => num(overall.mean_rank[overall.optimizers.indexOf(name)], 3),
    }),
    profile && numberColumn('profile score', score, { hint: `mean of the performance profile up to ${profile.r_max} times the fastest` }),
    ...problems.map((problem) => ({ head: problem.name, numeric: true, cell: (name) => rankOf(name, problem) })),
  ].filter((column) => column);
  const verdicts = el(
    'ul',
    { class: 'verdicts' },
    problems.map(({ name, ranking }, at) => el('li', {}, el('a', { href: `#problem-${at}` }, name), ' ', ranking.verdict)),
  );
  return section(
    'All problems',
    verdicts,
    table({ caption: 'Places on each problem', columns, rows }),
    profile && group.legend,
    figures(profile && profileChart(profile, group, indexOf)),
  );
}

function comparePage(data) {
  const { summary } = data;
  const all = unique(summary.problems.flatMap(({ optimizers }) => names(optimizers)));
  const indexOf = (name) => all.indexOf(name);
  const only = summary.problems.length === 1 ? summary.problems[0] : null;
  return [
    el(
      'section',
      { class: 'lead' },
      only && verdictOf(only),
      facts([
        ['status', summary.status === 'done' ? null : summary.status],
        ['trials', count(summary.counts?.trials)],
        ['steps', count(summary.counts?.steps)],
        ['gradient evaluations', count(summary.counts?.evaluations)],
        ['time', seconds(summary.seconds)],
      ]),
    ),
    overallSection(summary, indexOf),
    summary.problems.map((problem, at) => problemSection(problem, at, summary, indexOf)),
    section('Protocol', protocolFacts(summary)),
    environment(data),
  ];
}
