#ifndef WW_ALLOCATOR_H
#define WW_ALLOCATOR_H

/* Gives the system back what nothing uses, also what this thread kept for its next pieces. */
void ww_give_back(void);

#endif
