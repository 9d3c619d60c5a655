/** How `bowerbird --help` is ordered: the loop as it is walked, then the rest. A new step stands under More. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  'The loop, in its order:': [
    'add',
    'embed',
    'ask',
    'answer',
    'train',
    'evaluate',
    'publish',
    'predict',
    'export',
  ],
  'Labelling by itself:': ['cluster', 'clusters', 'spot-check', 'label-cluster', 'map', 'annotate', 'plot'],
  'Sessions in rounds:': [
    'sessions',
    'session',
    'session-create',
    'session-update',
    'session-start',
    'session-pause',
    'session-resume',
    'session-cancel',
    'session-remove',
    'session-advance',
    'round',
    'round-compare',
    'round-rollback',
  ],
  'Page and service:': ['serve'],
  'Looking:': ['projects', 'project', 'images', 'image', 'points', 'ledger', 'effort', 'versions'],
  'Mending:': ['create', 'classes', 'undo', 'rollback', 'remove'],
  'Jobs:': ['jobs', 'job', 'cancel'],
  'Care:': ['config', 'check', 'backup', 'restore', 'tidy'],
}
export const otherGroup = 'More:'

export const groupOf = (name: string): string =>
  Object.entries(groups).find(([, names]) => names.includes(name))?.[0] ?? otherGroup

const order = Object.values(groups).flat()
export const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
