import type { List } from '../view-models/lists';
import { ListView, PageHead } from './parts';

export const ListPage = ({ title, list }: { readonly title: string; readonly list: List }) => <><PageHead title={title} /><ListView list={list} label={title} /></>;
