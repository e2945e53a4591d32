import { start } from '../../lib/start';
import Device from './Device.svelte';

start(Device);
