"""Catalog's refusals, each with a stable code."""

from libs.errors import Conflict, Invalid, NotFound, Unavailable


class ProductNotFound(NotFound):
    """There is no such product, or it is not for this caller's eyes."""

    code = "catalog.product_not_found"


class CategoryNotFound(NotFound):
    """There is no such category."""

    code = "catalog.category_not_found"


class BrandNotFound(NotFound):
    """There is no such brand."""

    code = "catalog.brand_not_found"


class ImportNotFound(NotFound):
    """There is no such import."""

    code = "catalog.import_not_found"


class UnknownCategory(Invalid):
    """The body names a category that does not exist."""

    code = "catalog.unknown_category"


class UnknownBrand(Invalid):
    """The body names a brand that does not exist."""

    code = "catalog.unknown_brand"


class SlugTaken(Conflict):
    """Another product, category or brand answers to the slug, perhaps a deleted one."""

    code = "catalog.slug_taken"


class SkuTaken(Conflict):
    """The SKU belongs to another product, perhaps a deleted one."""

    code = "catalog.sku_taken"


class PathTaken(Conflict):
    """The parent has a category of that name already."""

    code = "catalog.category_name_taken"


class SameOptions(Invalid):
    """Two variants of one product could not be told apart."""

    code = "catalog.same_options"


class SameSku(Invalid):
    """Two variants of one product have one SKU."""

    code = "catalog.same_sku"


class CategoryInUse(Conflict):
    """The category has subcategories or products, deleted ones included."""

    code = "catalog.category_in_use"


class BrandInUse(Conflict):
    """Products, deleted ones included, carry the brand."""

    code = "catalog.brand_in_use"


class CategoryCycle(Conflict):
    """A category cannot lie within itself."""

    code = "catalog.category_cycle"


class TreeTooDeep(Invalid):
    """The path of a category has a bound."""

    code = "catalog.category_path_too_long"


class UnreadableImport(Invalid):
    """The file as a whole cannot be read as rows: nothing of it was taken in."""

    code = "catalog.unreadable_import"


class AttributeNotFound(NotFound):
    """There is no such attribute."""

    code = "catalog.attribute_not_found"


class AttributeTaken(Conflict):
    """The code is another attribute's."""

    code = "catalog.attribute_code_taken"


class AttributeInUse(Conflict):
    """Products, deleted ones included, have values that would lose their meaning."""

    code = "catalog.attribute_in_use"


class BadAttribute(Invalid):
    """A product's value is not what its attribute's type says."""

    code = "catalog.bad_attribute"


class BadAttributeFilter(Invalid):
    """Lists cannot be filtered by this attribute, or not in this way."""

    code = "catalog.bad_attribute_filter"


class BadImage(Invalid):
    """The upload is not a plain image of a size that can be shown."""

    code = "catalog.bad_image"


class ImageNotFound(NotFound):
    """The product has no such image."""

    code = "catalog.image_not_found"


class TooManyImages(Conflict):
    """A product shows a bounded number of images."""

    code = "catalog.too_many_images"


class NothingUploaded(Conflict):
    """The bytes of the image have not arrived."""

    code = "catalog.nothing_uploaded"


class WrongOrder(Invalid):
    """An order of images names each of them once."""

    code = "catalog.wrong_image_order"


class NoImages(Conflict):
    """This shop was given no place for images."""

    code = "catalog.no_images"


class StorageAway(Unavailable):
    """Where images lie did not answer as it should."""

    code = "catalog.storage_away"


class PriceListNotFound(NotFound):
    """There is no such price list."""

    code = "catalog.price_list_not_found"


class PriceListTaken(Conflict):
    """The code is another price list's."""

    code = "catalog.price_list_code_taken"


class PriceListInForce(Conflict):
    """Products have their prices from the list."""

    code = "catalog.price_list_in_force"


class BadPeriod(Invalid):
    """The list would end before it starts."""

    code = "catalog.bad_period"


class UnknownSkus(Invalid):
    """The body names variants that do not exist."""

    code = "catalog.unknown_skus"


class CollectionNotFound(NotFound):
    """There is no such collection."""

    code = "catalog.collection_not_found"


class CollectionHasRule(Conflict):
    """A rule decides what is in the collection."""

    code = "catalog.collection_has_rule"


class UnknownProducts(Invalid):
    """The body names products that do not exist, or one of them twice."""

    code = "catalog.unknown_products"


class TranslationNotFound(NotFound):
    """The product is not translated into that language."""

    code = "catalog.translation_not_found"


class BadLocale(Invalid):
    """The path names no language."""

    code = "catalog.bad_locale"
