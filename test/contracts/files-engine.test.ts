import { filesFrom } from '../helpers/engines.ts';
import { writeDeliveries } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

testEngine('files', (deliveries) => filesFrom((folder) => writeDeliveries(folder, deliveries)));
