import type { Type } from "@nestjs/common";
import { Int, ObjectType } from "@nestjs/graphql";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./shapes/input-fields.js";
import { ShapeField } from "./shapes/shape-field.js";

/** One page of a list. */
export interface Page<T> {
  items: T[];
  totalCount: number;
  pageNumber: number;
  pageSize: number;
  hasNextPage: boolean;
}

/** How the fields of a page are described. */
interface PageOptions {
  /** Description of `items`. */
  readonly items: string;
  readonly maxSize?: number;
  readonly defaultSize?: number;
}

/** Base class of the pages with items of one shape, for GraphQL and OpenAPI. */
export function PageOf<T extends object>(
  item: Type<T>,
  {
    items,
    maxSize = MAX_PAGE_SIZE,
    defaultSize = DEFAULT_PAGE_SIZE,
  }: PageOptions,
): Type<Page<T>> {
  @ObjectType({ isAbstract: true })
  class ItemPage implements Page<T> {
    @ShapeField(() => item, { list: true, description: items })
    items!: T[];

    @ShapeField(() => Int, {
      description: "Total number of matches across all pages.",
      example: 1,
      openapi: { minimum: 0 },
    })
    totalCount!: number;

    @ShapeField(() => Int, {
      description: "Number of this page, starting at 1.",
      example: 1,
      openapi: { minimum: 1 },
    })
    pageNumber!: number;

    @ShapeField(() => Int, {
      description: "Maximum number of items per page.",
      example: defaultSize,
      openapi: { minimum: 1, maximum: maxSize },
    })
    pageSize!: number;

    @ShapeField(() => Boolean, {
      description: "Whether there is a next page.",
      example: false,
    })
    hasNextPage!: boolean;
  }
  return ItemPage;
}

/** Cuts one page out of a whole list. Pages start at 1. */
export function pageOf<T>(
  list: readonly T[],
  position: {
    readonly pageNumber?: number | undefined;
    readonly pageSize?: number | undefined;
  },
  defaultSize = DEFAULT_PAGE_SIZE,
): Page<T> {
  const { pageNumber = 1, pageSize = defaultSize } = position;
  const end = pageNumber * pageSize;
  return {
    items: list.slice(end - pageSize, end),
    totalCount: list.length,
    pageNumber,
    pageSize,
    hasNextPage: end < list.length,
  };
}
