#ifndef WW_CXML_SHIM_H
#define WW_CXML_SHIM_H

/* Debian builds libxml2 with ICU; its headers clash with Foundation's. Only the tail of an opaque struct depends on it. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/dict.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlIO.h>
#include <libxml/xmlerror.h>

/* xmlFree is a global function pointer, which Swift 6 does not call safe. */
static inline void ww_xml_free(void *_Nullable p) { xmlFree(p); }

#endif
