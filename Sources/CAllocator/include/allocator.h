#ifndef WW_ALLOCATOR_H
#define WW_ALLOCATOR_H

/* Gives the system back what this thread or nobody has in use. */
void ww_give_back(void);

#endif
